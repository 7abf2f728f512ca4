package startlimit

const sysPrlimit64 = 369

package startlimit

const sysPrlimit64 = 325

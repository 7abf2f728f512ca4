package startlimit

const sysPrlimit64 = 340

package startlimit

const sysPrlimit64 = 334

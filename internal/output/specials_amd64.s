#include "textflag.h"

// MARK sets bits of m for those of the 32 bytes at off(SI) that are special. As signed
// bytes, control characters and what is not ASCII are less than a space.
#define MARK(off, m) \
	VMOVDQU off(SI), Y0 \
	VPCMPGTB Y0, Y1, Y4 \
	VPCMPEQB Y0, Y2, Y5 \
	VPCMPEQB Y0, Y3, Y6 \
	VPOR Y4, Y5, Y5 \
	VPOR Y5, Y6, Y6 \
	VPMOVMSKB Y6, m

// func markVectors(marks *uint64, text *byte, blocks int)
TEXT ·markVectors(SB), NOSPLIT, $0-24
	MOVQ marks+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVL $0x20202020, AX // spaces
	MOVQ AX, X1
	VPBROADCASTD X1, Y1
	MOVL $0x22222222, AX // quotes
	MOVQ AX, X2
	VPBROADCASTD X2, Y2
	MOVL $0x5c5c5c5c, AX // backslashes
	MOVQ AX, X3
	VPBROADCASTD X3, Y3

next:
	MARK(0, AX)
	MARK(32, BX)
	SHLQ $32, BX
	ORQ BX, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ next
	VZEROUPPER
	RET

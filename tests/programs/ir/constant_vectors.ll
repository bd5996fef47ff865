; clang: 22
; Constant vectors that are computed: of addresses above all, as compilers make them where they
; spread accesses of one variable over lanes.
target triple = "x86_64-unknown-linux-gnu"

@table = internal global [64 x i32] zeroinitializer, align 16
@pairs = internal global [8 x { i32, double }] zeroinitializer, align 16
@number = private constant [7 x i8] c"%d %d\0A\00"
@float = private constant [4 x i8] c"%g\0A\00"

declare i32 @printf(ptr, ...)
declare void @llvm.masked.scatter.v4i32.v4p0(<4 x i32>, <4 x ptr>, <4 x i1>)
declare <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr>, <4 x i1>, <4 x i32>)
declare <2 x double> @llvm.masked.gather.v2f64.v2p0(<2 x ptr>, <2 x i1>, <2 x double>)
declare i32 @llvm.vector.reduce.add.v4i32(<4 x i32>)

define internal void @spread(<4 x i32> %values) noinline {
  call void @llvm.masked.scatter.v4i32.v4p0(<4 x i32> %values, <4 x ptr> getelementptr ([64 x i32], ptr @table, <4 x i64> zeroinitializer, <4 x i64> <i64 3, i64 10, i64 17, i64 24>), <4 x i1> splat (i1 true))
  ret void
}

define internal <4 x i32> @collect() noinline {
  %r = call <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr> getelementptr (i32, ptr @table, <4 x i64> <i64 24, i64 17, i64 3, i64 10>), <4 x i1> <i1 true, i1 true, i1 false, i1 true>, <4 x i32> splat (i32 1000))
  ret <4 x i32> %r
}

define internal <2 x double> @halves() noinline {
  %r = call <2 x double> @llvm.masked.gather.v2f64.v2p0(<2 x ptr> getelementptr ({ i32, double }, ptr @pairs, <2 x i64> <i64 2, i64 5>, i32 1), <2 x i1> splat (i1 true), <2 x double> poison)
  ret <2 x double> %r
}

; A vector of addresses whose base and indices vary, and one that steps into members.
define internal i64 @steps(<4 x ptr> %bases, <4 x i32> %indices, ptr %base) noinline {
  %a = getelementptr i64, <4 x ptr> %bases, <4 x i32> %indices
  %b = getelementptr { i32, double }, ptr %base, <4 x i32> %indices, i32 1
  %c = getelementptr [4 x i16], <4 x ptr> %a, i64 1, <4 x i32> %indices
  %x = ptrtoint <4 x ptr> %b to <4 x i64>
  %y = ptrtoint <4 x ptr> %c to <4 x i64>
  %z = ptrtoint ptr %base to i64
  %z1 = insertelement <4 x i64> poison, i64 %z, i32 0
  %zs = shufflevector <4 x i64> %z1, <4 x i64> poison, <4 x i32> zeroinitializer
  %d = sub <4 x i64> %x, %zs
  %e = sub <4 x i64> %y, %zs
  %f = mul <4 x i64> %d, <i64 1, i64 10, i64 100, i64 1000>
  %g = add <4 x i64> %f, %e
  %g0 = extractelement <4 x i64> %g, i32 0
  %g1 = extractelement <4 x i64> %g, i32 1
  %g2 = extractelement <4 x i64> %g, i32 2
  %g3 = extractelement <4 x i64> %g, i32 3
  %s0 = add i64 %g0, %g1
  %s1 = add i64 %g2, %g3
  %s = add i64 %s0, %s1
  ret i64 %s
}

@distance = internal constant <2 x i64> sub (<2 x i64> ptrtoint (<2 x ptr> getelementptr (i32, ptr @table, <2 x i64> <i64 9, i64 30>) to <2 x i64>), <2 x i64> ptrtoint (<2 x ptr> <ptr @table, ptr @table> to <2 x i64>))

define i32 @main() {
  call void @spread(<4 x i32> <i32 1, i32 20, i32 300, i32 4000>)
  %v = call <4 x i32> @collect()
  %sum = call i32 @llvm.vector.reduce.add.v4i32(<4 x i32> %v)
  %p = getelementptr [64 x i32], ptr @table, i64 0, i64 17
  %w = load i32, ptr %p
  call i32 (ptr, ...) @printf(ptr @number, i32 %sum, i32 %w)
  %q = getelementptr [8 x { i32, double }], ptr @pairs, i64 0, i64 5, i32 1
  store double 2.5, ptr %q
  %h = call <2 x double> @halves()
  %h0 = extractelement <2 x double> %h, i32 0
  %h1 = extractelement <2 x double> %h, i32 1
  %hs = fadd double %h0, %h1
  call i32 (ptr, ...) @printf(ptr @float, double %hs)
  %s = call i64 @steps(<4 x ptr> <ptr @table, ptr getelementptr (i8, ptr @table, i64 8), ptr getelementptr (i8, ptr @table, i64 16), ptr @table>, <4 x i32> <i32 0, i32 3, i32 -1, i32 2>, ptr @table)
  %t = trunc i64 %s to i32
  %d = load <2 x i64>, ptr @distance
  %d1 = extractelement <2 x i64> %d, i32 1
  %u = trunc i64 %d1 to i32
  call i32 (ptr, ...) @printf(ptr @number, i32 %t, i32 %u)
  ret i32 0
}

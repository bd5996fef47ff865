; everything.ll
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"
$group = comdat any
@in_group = linkonce global i32 4, comdat($group), align 4
@plain = global i32 7, align 4
@constant = internal constant [6 x i8] c"a\22\5C\0A\FF\00"
@zero = internal global [100 x { i32, ptr }] zeroinitializer, align 16
@addresses = global [4 x ptr] [ptr @plain, ptr getelementptr (i8, ptr @zero, i64 56), ptr null, ptr @function]
@differences = global [2 x i32] [i32 trunc (i64 sub (i64 ptrtoint (ptr @plain to i64), i64 ptrtoint (ptr @zero to i64)) to i32), i32 3]
@labels = internal constant [2 x ptr] [ptr blockaddress(@jump, %b1), ptr blockaddress(@jump, %b2)]
@declared = external global { i32, ptr }
@maybe = extern_weak global i8
@shared = common global i64 0, align 8
@weak = weak global <4 x i16> <i16 1, i16 -1, i16 undef, i16 poison>
@tls = thread_local global i128 u0x80000000000000000000000000000000
@packed = constant <{ i8, i33, [2 x half] }> <{ i8 -1, i33 -4294967296, [2 x half] [half 0xH3C00, half 0xHFC00] }>
@floats = constant { float, double, double, bfloat, x86_fp80, fp128 } { float 0x3FB99999A0000000, double -0.0, double 0x7FF8000000000000, bfloat 0xR3F80, x86_fp80 0xK3FFF8000000000000000, fp128 0xL00000000000000003FFF000000000000 }
@words = constant [3 x i64] [i64 1, i64 -2, i64 9223372036854775807]
@wide = constant [2 x i200] [i200 u0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, i200 u0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF]
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @callee, ptr null }]
@second = alias i32, ptr @plain
@inside = internal alias ptr, ptr getelementptr (i8, ptr @zero, i64 24)

declare i32 @variadic(ptr, ...)

declare zeroext i8 @narrow(i8 signext, i16 zeroext)

declare void @by_value(ptr byval({ i32, ptr }) align 8, ptr sret({ i32, ptr }))

declare i32 @cold() noreturn cold optsize

declare void @llvm.lifetime.start.p0(ptr)

declare double @llvm.sqrt.f64(double)

define internal void @callee() noinline optnone {
b0:
  ret void
}

define weak ptr @function(i32 %0, ...) alwaysinline {
b0:
  %1 = alloca [24 x i8], i32 1, align 16
  %2 = va_arg ptr %1, i32
  ret ptr null
}

define i64 @arithmetic(i64 %0, i64 %1, i1 %2) {
b0:
  %3 = add nuw nsw i64 %0, %1
  %4 = sub i64 %3, 5
  %5 = mul nsw i64 %4, -3
  %6 = udiv exact i64 %5, %1
  %7 = sdiv i64 %6, %1
  %8 = urem i64 %7, 10
  %9 = srem i64 %8, %0
  %10 = shl nuw i64 %9, 3
  %11 = lshr exact i64 %10, 1
  %12 = ashr i64 %11, %1
  %13 = and i64 %12, 255
  %14 = or disjoint i64 %13, 256
  %15 = xor i64 %14, -1
  %16 = freeze i64 %15
  %17 = icmp slt i64 %16, %0
  %18 = icmp ult i64 %16, %0
  %19 = select i1 %17, i64 %0, i64 ptrtoint (ptr @plain to i64)
  %20 = trunc nsw i64 %19 to i33
  %21 = sext i33 %20 to i65
  %22 = zext nneg i33 %20 to i65
  %23 = xor i65 %21, %22
  %24 = trunc i65 %23 to i64
  ret i64 %24
}

define double @floating(double %0, float %1, <2 x double> %2, i32 %3) {
b0:
  %4 = fadd reassoc nnan ninf nsz arcp contract afn double %0, 1.0
  %5 = fsub nnan ninf double %4, 2.5
  %6 = fmul contract double %5, %0
  %7 = fdiv arcp double %6, 3.0
  %8 = frem double %7, 7.0
  %9 = fneg nsz double %8
  %10 = fpext float %1 to double
  %11 = fptrunc double %10 to float
  %12 = fptosi float %11 to i32
  %13 = fptoui double %9 to i64
  %14 = sitofp i32 %12 to double
  %15 = uitofp nneg i64 %13 to double
  %16 = fcmp reassoc uge double %14, %15
  %17 = call afn double @llvm.sqrt.f64(double %9)
  %18 = select i1 %16, double %17, double %10
  %19 = fmul <2 x double> %2, <double 2.0, double 0.5>
  %20 = fcmp olt <2 x double> %19, zeroinitializer
  %21 = select <2 x i1> %20, <2 x double> %2, <2 x double> %19
  %22 = extractelement <2 x double> %21, i32 %3
  %23 = fadd double %18, %22
  ret double %23
}

define void @memory(ptr %0, i32 %1, ptr %2) {
b0:
  %3 = alloca i32, i32 1, align 4
  %4 = alloca { i32, ptr }, i32 %1, align 32
  call void @llvm.lifetime.start.p0(ptr %3)
  %5 = load i32, ptr %0, align 1
  store volatile i32 %5, ptr %3, align 4
  %6 = getelementptr inbounds { i32, ptr }, ptr %4, i64 1, i32 1
  %7 = load volatile ptr, ptr %6, align 8
  %8 = load atomic i64, ptr %0 seq_cst, align 8
  store atomic i64 %8, ptr %7 release, align 8
  %9 = atomicrmw add ptr %0, i32 1 monotonic
  %10 = atomicrmw volatile fmax ptr %0, float 1.0 acq_rel
  %11 = atomicrmw uinc_wrap ptr %0, i32 9 seq_cst
  %12 = cmpxchg weak ptr %0, i32 %9, i32 5 acquire monotonic
  %13 = cmpxchg volatile ptr %0, ptr null, ptr %2 seq_cst seq_cst
  fence release
  %14 = extractvalue { i32, i1 } %12, 1
  %15 = getelementptr i32, ptr %0, <4 x i64> <i64 0, i64 1, i64 2, i64 3>
  %16 = ptrtoint <4 x ptr> %15 to <4 x i64>
  %17 = inttoptr <4 x i64> %16 to <4 x ptr>
  %18 = bitcast <4 x i64> %16 to <8 x i32>
  ret void
}

define { i32, ptr } @aggregates({ i32, ptr } %0, [2 x { i8, i16 }] %1, <4 x i32> %2) {
b0:
  %3 = insertvalue { i32, ptr } %0, i32 9, 0
  %4 = extractvalue [2 x { i8, i16 }] %1, 1, 1
  %5 = zext i16 %4 to i32
  %6 = insertvalue { i32, ptr } %3, i32 %5, 0
  %7 = insertelement <4 x i32> %2, i32 %5, i64 2
  %8 = shufflevector <4 x i32> %7, <4 x i32> poison, <2 x i32> <i32 3, i32 poison>
  %9 = shufflevector <4 x i32> %7, <4 x i32> %2, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %10 = extractelement <8 x i32> %9, i32 7
  ret { i32, ptr } %6
}

define i32 @calls(ptr %0, i8 %1) {
b0:
  %2 = call i32 (ptr, ...) @variadic(ptr @constant, double 1.5, i32 2)
  %3 = tail call i8 @narrow(i8 signext %1, i16 zeroext 7)
  call void @by_value(ptr byval({ i32, ptr }) align 8 @zero, ptr sret({ i32, ptr }) @zero)
  %4 = call i32 %0(i32 %2)
  %5 = freeze i32 %4
  %6 = call i32 @calls(ptr %0, i8 %3)
  %7 = musttail call i32 @calls(ptr %0, i8 %3)
  ret i32 %7
}

define i32 @jump(i32 %0, ptr %1) {
b0:
  switch i32 %0, label %b4 [ i32 -1, label %b1 i32 5, label %b2 ]
b1:
  indirectbr ptr %1, [ label %b2, label %b4 ]
b2:
  %2 = phi i32 [ 1, %b0 ], [ %0, %b1 ]
  br label %b3
b3:
  %3 = phi i32 [ %2, %b2 ], [ %4, %b3 ]
  %4 = add i32 %3, 1
  %5 = icmp eq i32 %4, 10
  br i1 %5, label %b4, label %b3
b4:
  unreachable
}

define i32 @unwinds() personality ptr null {
b0:
  %0 = invoke i32 @calls(ptr null, i8 0) to label %b1 unwind label %b2
b1:
  ret i32 %0
b2:
  %1 = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %1
}

define i128 @large(i128 %0, i200 %1) {
b0:
  %2 = trunc i200 %1 to i128
  %3 = mul i128 %2, u0x20000000000000000
  switch i200 %1, label %b1 [ i200 u0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, label %b1 ]
b1:
  ret i128 %3
}

define float @backwards(ptr %0) {
b0:
  br label %b2
b1:
  %1 = fadd float %4, 1.0
  %2 = call float (ptr, ...) @later(ptr %3, float %1, float %4)
  ret float %2
b2:
  %3 = getelementptr float, ptr %0, i64 2
  %4 = load float, ptr %3, align 4
  br label %b1
}

declare float @later(ptr, ...)

; Each instruction, constant and attribute that the reader knows, once.
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%pair = type { i32, ptr }
%opaque = type opaque

$group = comdat any
@in_group = linkonce_odr global i32 4, comdat($group), align 4
@plain = global i32 7, align 4
@constant = private unnamed_addr constant [6 x i8] c"a\22\\\0A\FF\00"
@zero = internal global [100 x %pair] zeroinitializer, align 16
@addresses = global [4 x ptr] [ptr @plain, ptr getelementptr inbounds (%pair, ptr @zero, i64 3, i32 1), ptr null, ptr @function]
@differences = global [2 x i32] [i32 trunc (i64 sub (i64 ptrtoint (ptr @plain to i64), i64 ptrtoint (ptr @zero to i64)) to i32), i32 3]
@labels = internal constant [2 x ptr] [ptr blockaddress(@jump, %one), ptr blockaddress(@jump, %two)]
@declared = external global %pair
@maybe = extern_weak global i8
@shared = common global i64 0, align 8
@weak = weak global <4 x i16> <i16 1, i16 -1, i16 undef, i16 poison>
@tls = thread_local global i128 -170141183460469231731687303715884105728
@packed = constant <{ i8, i33, [2 x half] }> <{ i8 -1, i33 -4294967296, [2 x half] [half 0xH3C00, half 0xHFC00] }>
@floats = constant { float, double, double, bfloat, x86_fp80, fp128 } { float 0x3FB99999A0000000, double -0.0, double 0x7FF8000000000000, bfloat 0xR3F80, x86_fp80 0xK3FFF8000000000000000, fp128 0xL00000000000000003FFF000000000000 }
@words = constant [3 x i64] [i64 1, i64 -2, i64 9223372036854775807]
@wide = constant [2 x i200] [i200 1606938044258990275541962092341162602522202993782792835301375, i200 -1]
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @callee, ptr null }]

@second = alias i32, ptr @plain
@inside = internal alias ptr, getelementptr (i8, ptr @zero, i64 24)

declare i32 @variadic(ptr, ...)
declare zeroext i8 @narrow(i8 signext, i16 zeroext)
declare void @by_value(ptr byval(%pair) align 8, ptr sret(%pair))
declare i32 @cold() cold noreturn minsize
declare void @llvm.lifetime.start.p0(ptr)
declare double @llvm.sqrt.f64(double)

define internal void @callee() noinline optnone {
  ret void
}

define weak ptr @function(i32 %a, ...) alwaysinline {
  %list = alloca [24 x i8], align 16
  %v = va_arg ptr %list, i32
  ret ptr null
}

define i64 @arithmetic(i64 %a, i64 %b, i1 %c) {
  %add = add nuw nsw i64 %a, %b
  %sub = sub i64 %add, 5
  %mul = mul nsw i64 %sub, -3
  %udiv = udiv exact i64 %mul, %b
  %sdiv = sdiv i64 %udiv, %b
  %urem = urem i64 %sdiv, 10
  %srem = srem i64 %urem, %a
  %shl = shl nuw i64 %srem, 3
  %lshr = lshr exact i64 %shl, 1
  %ashr = ashr i64 %lshr, %b
  %and = and i64 %ashr, 255
  %or = or disjoint i64 %and, 256
  %xor = xor i64 %or, -1
  %frozen = freeze i64 %xor
  %less = icmp slt i64 %frozen, %a
  %same = icmp samesign ult i64 %frozen, %a
  %which = select i1 %less, i64 %a, i64 ptrtoint (ptr @plain to i64)
  %narrow = trunc nsw i64 %which to i33
  %signed = sext i33 %narrow to i65
  %unsigned = zext nneg i33 %narrow to i65
  %both = xor i65 %signed, %unsigned
  %low = trunc i65 %both to i64
  ret i64 %low
}

define double @floating(double %a, float %b, <2 x double> %v, i32 %n) {
  %add = fadd fast double %a, 1.0
  %sub = fsub nnan ninf double %add, 2.5
  %mul = fmul contract double %sub, %a
  %div = fdiv arcp double %mul, 3.0
  %rem = frem double %div, 7.0
  %neg = fneg nsz double %rem
  %ext = fpext float %b to double
  %trunc = fptrunc double %ext to float
  %toint = fptosi float %trunc to i32
  %touint = fptoui double %neg to i64
  %fromint = sitofp i32 %toint to double
  %fromuint = uitofp nneg i64 %touint to double
  %cmp = fcmp reassoc uge double %fromint, %fromuint
  %root = call afn double @llvm.sqrt.f64(double %neg)
  %pick = select i1 %cmp, double %root, double %ext
  %lanes = fmul <2 x double> %v, <double 2.0, double 0.5>
  %compare = fcmp olt <2 x double> %lanes, zeroinitializer
  %choice = select <2 x i1> %compare, <2 x double> %v, <2 x double> %lanes
  %lane = extractelement <2 x double> %choice, i32 %n
  %sum = fadd double %pick, %lane
  ret double %sum
}

define void @memory(ptr %p, i32 %n, ptr addrspace(0) %q) {
  %one = alloca i32, align 4
  %many = alloca %pair, i32 %n, align 32
  call void @llvm.lifetime.start.p0(ptr %one)
  %x = load i32, ptr %p, align 1
  store volatile i32 %x, ptr %one, align 4
  %field = getelementptr inbounds %pair, ptr %many, i64 1, i32 1
  %loaded = load volatile ptr, ptr %field, align 8
  %atomic = load atomic i64, ptr %p seq_cst, align 8
  store atomic i64 %atomic, ptr %loaded release, align 8
  %old = atomicrmw add ptr %p, i32 1 monotonic
  %f = atomicrmw volatile fmax ptr %p, float 1.0 acq_rel
  %wrapped = atomicrmw uinc_wrap ptr %p, i32 9 seq_cst
  %swapped = cmpxchg weak ptr %p, i32 %old, i32 5 acquire monotonic
  %strong = cmpxchg volatile ptr %p, ptr null, ptr %q seq_cst seq_cst
  fence release
  %ok = extractvalue { i32, i1 } %swapped, 1
  %pointers = getelementptr i32, ptr %p, <4 x i64> <i64 0, i64 1, i64 2, i64 3>
  %addresses = ptrtoint <4 x ptr> %pointers to <4 x i64>
  %back = inttoptr <4 x i64> %addresses to <4 x ptr>
  %bits = bitcast <4 x i64> %addresses to <8 x i32>
  ret void
}

define %pair @aggregates(%pair %a, [2 x { i8, i16 }] %b, <4 x i32> %v) {
  %p = insertvalue %pair %a, i32 9, 0
  %inner = extractvalue [2 x { i8, i16 }] %b, 1, 1
  %wide = zext i16 %inner to i32
  %q = insertvalue %pair %p, i32 %wide, 0
  %w = insertelement <4 x i32> %v, i32 %wide, i64 2
  %s = shufflevector <4 x i32> %w, <4 x i32> poison, <2 x i32> <i32 3, i32 poison>
  %t = shufflevector <4 x i32> %w, <4 x i32> %v, <8 x i32> zeroinitializer
  %e = extractelement <8 x i32> %t, i32 7
  ret %pair %q
}

define i32 @calls(ptr %f, i8 %x) {
  %a = call i32 (ptr, ...) @variadic(ptr @constant, double 1.5, i32 2)
  %b = tail call zeroext i8 @narrow(i8 signext %x, i16 zeroext 7)
  call void @by_value(ptr byval(%pair) align 8 @zero, ptr sret(%pair) @zero)
  %c = call i32 %f(i32 %a)
  call void asm sideeffect "", "r,~{memory}"(ptr %f)
  %d = call i32 asm "", "=r,0"(i32 %c)
  %e = notail call i32 @calls(ptr %f, i8 %b)
  %r = musttail call i32 @calls(ptr %f, i8 %b)
  ret i32 %r
}

define i32 @jump(i32 %n, ptr %to) {
  switch i32 %n, label %other [
    i32 -1, label %one
    i32 5, label %two
  ]
one:
  indirectbr ptr %to, [label %two, label %other]
two:
  %v = phi i32 [ 1, %0 ], [ %n, %one ]
  br label %loop
loop:
  %i = phi i32 [ %v, %two ], [ %next, %loop ]
  %next = add i32 %i, 1
  %done = icmp eq i32 %next, 10
  br i1 %done, label %other, label %loop
other:
  unreachable
}

define i32 @unwinds() personality ptr @variadic {
  %r = invoke i32 @calls(ptr null, i8 0) to label %fine unwind label %pad
fine:
  ret i32 %r
pad:
  %e = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %e
}

define i128 @large(i128 %x, i200 %y) {
  %a = trunc i200 %y to i128
  %b = mul i128 %a, 36893488147419103232
  switch i200 %y, label %end [ i200 1606938044258990275541962092341162602522202993782792835301375, label %end ]
end:
  ret i128 %b
}

define float @backwards(ptr %p) {
  br label %late
early:
  %sum = fadd float %value, 1.0
  %more = call float (ptr, ...) @later(ptr %address, float %sum, float %value)
  ret float %more
late:
  %address = getelementptr float, ptr %p, i64 2
  %value = load float, ptr %address, align 4
  br label %early
}

declare float @later(ptr, ...)

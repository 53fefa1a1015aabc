//! The macro that reads an expression when the program is compiled.

/// An [`Expr`](crate::Expr) written as Rust, read by the compiler: a slip of the pen is an error
/// of compilation, not of the run.
///
/// Names are operands, in the order of their first use. There are `+ - * / % & | ^ << >> !`, unary
/// `-`, one comparison in brackets or at the top, `if c { a } else { b }`, `x[index]`, every
/// function that a text can call, and `axis = N` and `where = MASK`, in that order, after the
/// argument of a reduction. What binds tighter is Rust's to say, which is Python's for these
/// operators. Functions are looked up when the expression is made.
///
/// ```
/// use expr::{Prepared, expr};
///
/// let weight = expr!(if idf == 0 { 0 } else { tf * idf - 1 });
/// assert_eq!(weight.names(), ["idf", "tf"]);
/// let difference = expr!(mean(age, where = sex == "m") - mean(age, where = sex == "f"));
/// assert_eq!(Prepared::new(&difference).names(), ["age", "sex"]);
/// ```
///
/// ```compile_fail
/// let wrong = expr::expr!(tf * * idf);
/// ```
///
/// # Panics
/// When a function does not exist or takes other arguments.
#[macro_export]
macro_rules! expr {
    ($($tokens:tt)+) => {
        $crate::expr_lazy!([] $($tokens)+)
            .expr()
            .expect("a function that exists, with the arguments that it takes")
    };
}

/// The [`Lazy`](crate::Lazy) that [`expr!`](crate::expr) makes of tokens, those in brackets done.
#[doc(hidden)]
#[macro_export]
macro_rules! expr_lazy {
    // All tokens are done.
    ([$($done:tt)+]) => { $($done)+ };
    // Comparisons bind least: what is done is their left side.
    ([$($done:tt)+] == $($rest:tt)+) => { $crate::expr_compare!(equal [$($done)+] [] $($rest)+) };
    ([$($done:tt)+] != $($rest:tt)+) => { $crate::expr_compare!(unequal [$($done)+] [] $($rest)+) };
    ([$($done:tt)+] <= $($rest:tt)+) => { $crate::expr_compare!(at_most [$($done)+] [] $($rest)+) };
    ([$($done:tt)+] >= $($rest:tt)+) => { $crate::expr_compare!(at_least [$($done)+] [] $($rest)+) };
    ([$($done:tt)+] < $($rest:tt)+) => { $crate::expr_compare!(less [$($done)+] [] $($rest)+) };
    ([$($done:tt)+] > $($rest:tt)+) => { $crate::expr_compare!(greater [$($done)+] [] $($rest)+) };
    ([] if $($rest:tt)+) => { $crate::expr_if!([] $($rest)+) };
    // Operators are Rust's.
    ([$($done:tt)*] - $($rest:tt)+) => { $crate::expr_lazy!([$($done)* -] $($rest)+) };
    ([$($done:tt)*] ! $($rest:tt)+) => { $crate::expr_lazy!([$($done)* !] $($rest)+) };
    ([$($done:tt)+] + $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ +] $($rest)+) };
    ([$($done:tt)+] * $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ *] $($rest)+) };
    ([$($done:tt)+] / $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ /] $($rest)+) };
    ([$($done:tt)+] % $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ %] $($rest)+) };
    ([$($done:tt)+] & $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ &] $($rest)+) };
    ([$($done:tt)+] | $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ |] $($rest)+) };
    ([$($done:tt)+] ^ $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ ^] $($rest)+) };
    ([$($done:tt)+] << $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ <<] $($rest)+) };
    ([$($done:tt)+] >> $($rest:tt)+) => { $crate::expr_lazy!([$($done)+ >>] $($rest)+) };
    // A call, an index, a name, a number, brackets.
    ([$($done:tt)*] $name:ident ($($args:tt)+) $($rest:tt)*) => {
        $crate::expr_lazy!([$($done)* ($crate::expr_call!($name [] [] $($args)+))] $($rest)*)
    };
    ([$($done:tt)*] $name:ident [$($index:tt)+] $($rest:tt)*) => {
        $crate::expr_lazy!(
            [$($done)* ($crate::Lazy::name(stringify!($name)).at($crate::expr_lazy!([] $($index)+)))]
            $($rest)*
        )
    };
    ([$($done:tt)*] $value:literal $($rest:tt)*) => {
        $crate::expr_lazy!([$($done)* ($crate::Lazy::from($value))] $($rest)*)
    };
    ([$($done:tt)*] $name:ident $($rest:tt)*) => {
        $crate::expr_lazy!([$($done)* ($crate::Lazy::name(stringify!($name)))] $($rest)*)
    };
    ([$($done:tt)*] ($($inner:tt)+) $($rest:tt)*) => {
        $crate::expr_lazy!([$($done)* ($crate::expr_lazy!([] $($inner)+))] $($rest)*)
    };
}

/// The right side of a comparison, in which there is no other.
#[doc(hidden)]
#[macro_export]
macro_rules! expr_compare {
    ($method:ident [$($left:tt)+] [$($right:tt)+]) => {
        ($($left)+).$method($crate::expr_lazy!([] $($right)+))
    };
    ($method:ident $left:tt $right:tt == $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt $right:tt != $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt $right:tt <= $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt $right:tt >= $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt $right:tt < $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt $right:tt > $($rest:tt)+) => { $crate::expr_compare!() };
    ($method:ident $left:tt [$($right:tt)*] $next:tt $($rest:tt)*) => {
        $crate::expr_compare!($method $left [$($right)* $next] $($rest)*)
    };
    () => { compile_error!("comparisons do not chain: (a < b) & (b < c)") };
}

/// `if`: the condition ends with the first braces.
#[doc(hidden)]
#[macro_export]
macro_rules! expr_if {
    ([$($condition:tt)+] {$($then:tt)+} else {$($otherwise:tt)+}) => {
        $crate::Lazy::choose(
            $crate::expr_lazy!([] $($condition)+),
            $crate::expr_lazy!([] $($then)+),
            $crate::expr_lazy!([] $($otherwise)+),
        )
    };
    ([$($condition:tt)+] {$($then:tt)+} else if $($rest:tt)+) => {
        $crate::Lazy::choose(
            $crate::expr_lazy!([] $($condition)+),
            $crate::expr_lazy!([] $($then)+),
            $crate::expr_if!([] $($rest)+),
        )
    };
    ([$($condition:tt)*] $next:tt $($rest:tt)+) => {
        $crate::expr_if!([$($condition)* $next] $($rest)+)
    };
}

/// A call: arguments end with commas, those that are done in brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! expr_call {
    ($name:ident [$($args:tt)*] []) => {
        $crate::Lazy::call(stringify!($name), vec![$($args)*])
    };
    ($name:ident [$($args:tt)*] [] axis = $axis:literal) => {
        $crate::expr_call!($name [$($args)*] []).along($axis)
    };
    ($name:ident [$($args:tt)*] [] axis = - $axis:literal) => {
        $crate::expr_call!($name [$($args)*] []).along(-$axis)
    };
    ($name:ident [$($args:tt)*] [] axis = $axis:literal, where = $($mask:tt)+) => {
        $crate::expr_call!($name [$($args)*] []).along($axis).only($crate::expr_lazy!([] $($mask)+))
    };
    ($name:ident [$($args:tt)*] [] where = $($mask:tt)+) => {
        $crate::expr_call!($name [$($args)*] []).only($crate::expr_lazy!([] $($mask)+))
    };
    ($name:ident [$($args:tt)*] [$($current:tt)+]) => {
        $crate::expr_call!($name [$($args)* $crate::expr_lazy!([] $($current)+),] [])
    };
    ($name:ident [$($args:tt)*] [$($current:tt)+] , $($rest:tt)*) => {
        $crate::expr_call!($name [$($args)* $crate::expr_lazy!([] $($current)+),] [] $($rest)*)
    };
    ($name:ident $args:tt [$($current:tt)*] $next:tt $($rest:tt)*) => {
        $crate::expr_call!($name $args [$($current)* $next] $($rest)*)
    };
}

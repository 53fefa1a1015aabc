//! Arrays of any layout give what plain loops over their elements give.

use std::num::NonZeroUsize;

use expr::{Expr, Level, Operand, Output, Prepared, Type, View, ViewMut};
use jobs::Run;
use proptest::prelude::*;

/// An array within a buffer of bytes.
#[derive(Debug, Clone)]
struct Layout {
    /// 0 to 7: any misalignment.
    offset: usize,
    /// For each axis: whether it has its length or 1, its stride as a multiple, negative or not.
    axes: Vec<(bool, isize)>,
    transposed: bool,
}

fn layout(dims: usize) -> impl Strategy<Value = Layout> {
    let axis = (prop::bool::weighted(0.8), prop::sample::select(vec![1_isize, 1, 1, 2, -1, -3]));
    (
        prop::sample::select(vec![0_usize, 0, 0, 1, 3]),
        prop::collection::vec(axis, 0..=dims),
        any::<bool>(),
    )
        .prop_map(|(offset, axes, transposed)| Layout { offset, axes, transposed })
}

/// Where the elements of an array are in its buffer.
struct Placed {
    bytes: Vec<u8>,
    shape: Vec<usize>,
    strides: Vec<isize>,
    start: usize,
}

impl Layout {
    /// An array that broadcasts to `whole`, with room around it.
    fn place(&self, whole: &[usize], size: usize) -> Placed {
        let own = &whole[whole.len() - self.axes.len().min(whole.len())..];
        let shape: Vec<usize> = own
            .iter()
            .zip(&self.axes)
            .map(|(len, (full, _))| if *full { *len } else { 1 })
            .collect();
        let mut strides = vec![0; shape.len()];
        let mut step = size as isize;
        let order: Vec<usize> = if self.transposed {
            (0..shape.len()).collect()
        } else {
            (0..shape.len()).rev().collect()
        };
        let (mut low, mut high) = (0_isize, size as isize);
        for axis in order {
            let stride = step * self.axes[axis].1;
            strides[axis] = stride;
            let reach = stride * (shape[axis].max(1) as isize - 1);
            (low, high) = (low + reach.min(0), high + reach.max(0));
            step = (step * self.axes[axis].1.abs()) * shape[axis].max(1) as isize;
        }
        let start = self.offset + (-low) as usize;
        Placed { bytes: vec![0xA5; start + high as usize + 8], shape, strides, start }
    }
}

impl Placed {
    fn offset(&self, index: &[usize]) -> usize {
        let own = &index[index.len() - self.shape.len()..];
        let steps = own.iter().zip(&self.shape).zip(&self.strides);
        let offset: isize =
            steps.map(|((i, len), stride)| if *len == 1 { 0 } else { *i as isize * stride }).sum();
        (self.start as isize + offset) as usize
    }

    fn get(&self, index: &[usize]) -> f64 {
        let at = self.offset(index);
        f64::from_ne_bytes(self.bytes[at..at + 8].try_into().expect("8 bytes"))
    }

    fn fill(&mut self, whole: &[usize], seed: u64) {
        for (i, index) in indices(whole).into_iter().enumerate() {
            let at = self.offset(&index);
            let value = ((i as u64 * 7919 + seed * 104_729) % 1009) as f64 / 8.0 - 60.0;
            self.bytes[at..at + 8].copy_from_slice(&value.to_ne_bytes());
        }
    }

    #[expect(unsafe_code, reason = "operands of any layout")]
    fn operand(&self) -> Operand<'_> {
        // SAFETY: the buffer holds every element, by construction.
        unsafe {
            let data = self.bytes.as_ptr().add(self.start);
            Operand::from_raw(data, Type::F64, &self.shape, &self.strides)
        }
    }

    #[expect(unsafe_code, reason = "outputs of any layout")]
    fn output(&mut self) -> Output<'_> {
        // SAFETY: the buffer holds every element, by construction.
        unsafe {
            let data = self.bytes.as_mut_ptr().add(self.start);
            Output::from_raw(data, Type::F64, &self.shape, &self.strides)
        }
    }
}

fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let n: usize = shape.iter().product();
    (0..n)
        .map(|at| {
            let mut rest = at;
            let mut index = vec![0; shape.len()];
            for axis in (0..shape.len()).rev() {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            index
        })
        .collect()
}

fn full(layout: &Layout, dims: usize) -> Layout {
    let mut layout = layout.clone();
    layout.axes.resize(dims, (true, 1));
    layout.axes.iter_mut().for_each(|axis| axis.0 = true);
    layout
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_layout_gives_the_elements_of_a_plain_loop(
        shape in prop::collection::vec(prop::sample::select(vec![0_usize, 1, 2, 3, 7, 150]), 1..=3),
        a in layout(3), b in layout(3), c in layout(3), out in layout(3),
        threads in 1..=2_usize,
    ) {
        let dims = shape.len();
        prop_assume!(shape.iter().product::<usize>() < 30_000);
        let cut = |layout: &Layout| {
            let mut layout = layout.clone();
            layout.axes.truncate(dims);
            layout
        };
        let (mut a, mut b, mut c) =
            (full(&a, dims).place(&shape, 8), cut(&b).place(&shape, 8), cut(&c).place(&shape, 8));
        a.fill(&shape, 1);
        b.fill(&shape, 2);
        c.fill(&shape, 3);
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let expr = Expr::parse("where(c > 0, a * b - c, (a + 1) / b) + max(c) * 0.5").unwrap();
        let most = indices(&shape).iter().map(|index| c.get(index)).fold(f64::MIN, f64::max);
        for level in Level::available() {
            let prepared = Prepared::for_level(&expr, level);
            let mut place = full(&out, dims).place(&shape, 8);
            let find = |name: &&str| match *name { "a" => a.operand(), "b" => b.operand(), _ => c.operand() };
            let operands: Vec<_> = prepared.names().iter().map(find).collect();
            let result = prepared.call(&operands, &mut [place.output()], &run);
            // Of no values there is no greatest; c may have some where the whole has none.
            let nothing = c.shape.iter().product::<usize>() == 0;
            prop_assert_eq!(result.is_err(), nothing, "{:?}", result);
            if nothing {
                continue;
            }
            for index in indices(&shape) {
                let (x, y, z) = (a.get(&index), b.get(&index), c.get(&index));
                let expected = if z > 0.0 { x * y - z } else { (x + 1.0) / y } + most * 0.5;
                let got = place.get(&index);
                prop_assert!(
                    got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()),
                    "{:?} at {:?}: {} instead of {}", level, index, got, expected
                );
            }
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "an output that overlaps its operand")]
    fn an_output_may_overlap_its_operand_at_any_offset(
        n in 1..700_usize, from in 0..40_usize, to in 0..40_usize, backwards in any::<bool>(),
    ) {
        let start: Vec<f64> = (0..n + 40).map(|i| i as f64).collect();
        let stride = if backwards { -8 } else { 8 };
        let (shape, strides) = ([n], [stride]);
        let first = if backwards { to + n - 1 } else { to };
        let expr = Expr::parse("x * 2 + y").unwrap();
        for level in Level::available() {
            let mut memory = start.clone();
            let prepared = Prepared::for_level(&expr, level);
            let data = memory.as_mut_ptr();
            // SAFETY: both are within the memory, and of one call.
            unsafe {
                let x = Operand::from_raw(data.add(from).cast(), Type::F64, &shape, &[8]);
                let out = Output::from_raw(data.add(first).cast(), Type::F64, &shape, &strides);
                prepared.call(&[x, x], &mut [out], &Run::serial()).unwrap();
            }
            for i in 0..n {
                let at = if backwards { first - i } else { first + i };
                prop_assert_eq!(memory[at], start[from + i] * 3.0, "{:?}", level);
            }
        }
    }
}

#[test]
#[expect(unsafe_code, reason = "outputs that overlap their operand, or each other")]
fn single_results_may_be_put_into_their_operands_but_not_upon_each_other() {
    let call = |places: [usize; 4], n: usize| {
        let mut memory: Vec<f64> = (0..n).map(|i| 0.5 + (i * 7 % 5) as f64).collect();
        let prepared = Prepared::new(&Expr::parse("sum(x), max(x), mean(x), min(x)").unwrap());
        let data = memory.as_mut_ptr();
        // SAFETY: all is within the memory, and of one call.
        let called = unsafe {
            let x = Operand::from_raw(data.cast(), Type::F64, std::slice::from_ref(&n), &[8]);
            // What it has learned of its operands by a first call leads to the short ways.
            prepared.evaluate(&[x], &Run::serial()).unwrap();
            let mut outputs =
                places.map(|at| Output::from_raw(data.byte_add(at).cast(), Type::F64, &[], &[]));
            prepared.call(&[x], &mut outputs, &Run::serial())
        };
        called.map(|()| places.map(|at| memory[at / 8]))
    };
    for n in [20_usize, 4000, 20_000] {
        let sum: f64 = (0..n).map(|i| 0.5 + (i * 7 % 5) as f64).sum();
        let expected = [sum, 4.5, sum / n as f64, 0.5];
        assert_eq!(call([0, 8, 16, 24], n).unwrap(), expected);
        assert_eq!(call([8 * n - 8, 0, 72, 16], n).unwrap(), expected);
        for places in [[0, 0, 8, 16], [0, 8, 16, 12], [24, 16, 8, 28]] {
            let error = call(places, n).unwrap_err().to_string();
            assert!(error.contains("two outputs share memory"), "{places:?}: {error}");
        }
    }
}

#[test]
fn large_outputs_that_are_streamed_are_whole() {
    let n = (5 << 20) + 77;
    let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
    let prepared = Prepared::new(&Expr::parse("x * 2 - 1").unwrap());
    for (threads, skip) in [(1, 0), (2, 1), (2, 3)] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        let mut out = vec![0.0; n];
        let view = View::from(&x[skip..]);
        let mut place = ViewMut::from(&mut out[skip..]);
        prepared.call(&[view.operand()], &mut [place.output()], &run).unwrap();
        assert!(out[skip..].iter().zip(&x[skip..]).all(|(y, x)| *y == x * 2.0 - 1.0));
    }
}

#[test]
fn outputs_past_the_caches_are_whole_at_any_address() {
    let n = 2_200_003;
    let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
    let view = View::from(&x[..]);
    let prepared = Prepared::new(&Expr::parse("x * 2 - 1").unwrap());
    let mut room = vec![0.0_f64; n + 8];
    for threads in [1, 2] {
        let run = Run::with_threads(NonZeroUsize::new(threads).unwrap()).unwrap();
        for start in 0..8 {
            room.fill(f64::NAN);
            let mut out = ViewMut::from(&mut room[start..start + n]);
            prepared.call(&[view.operand()], &mut [out.output()], &run).unwrap();
            drop(out);
            let wrong = (0..n).find(|i| room[start + i] != *i as f64 * 2.0 - 1.0);
            assert_eq!(wrong, None, "from {start}");
            let outside = room[..start].iter().chain(&room[start + n..]);
            assert!(outside.copied().all(f64::is_nan), "from {start}");
        }
    }
}

#[test]
fn outputs_are_whole_wherever_they_begin_in_a_line_of_the_caches() {
    let x: Vec<f64> = (0..300).map(f64::from).collect();
    let room: Vec<f64> = vec![f64::NAN; 320];
    for (text, expected) in [
        ("x * 2 - 1", (|x| x * 2.0 - 1.0) as fn(f64) -> f64),
        ("x + x", |x| x + x),
        ("where(x < 40, x, -1)", |x| if x < 40.0 { x } else { -1.0 }),
    ] {
        for level in Level::available() {
            let prepared = Prepared::for_level(&Expr::parse(text).unwrap(), level);
            for n in [63, 64, 65, 100, 257] {
                for start in 0..8 {
                    let view = View::from(&x[3..3 + n]);
                    let mut room = room.clone();
                    let mut out = ViewMut::from(&mut room[start..start + n]);
                    prepared.call(&[view.operand()], &mut [out.output()], &Run::serial()).unwrap();
                    drop(out);
                    let right = |i: usize| room[start + i] == expected(x[3 + i]);
                    assert!((0..n).all(right), "{text} at {level:?}, {n} from {start}");
                    let outside = room[..start].iter().chain(&room[start + n..]);
                    assert!(outside.copied().all(f64::is_nan), "{text}, {n} from {start}");
                }
            }
        }
    }
}

#[test]
fn what_a_result_is_like_is_told_once_it_is_known() {
    let like = |text: &str, shapes: [&[usize]; 2]| {
        let prepared = Prepared::new(&Expr::parse(text).unwrap());
        let arrays = shapes.map(ndarray::ArrayD::<f32>::ones);
        let views = arrays.each_ref().map(|array| View::from(array.view()));
        let operands: Vec<_> =
            prepared.names().iter().zip(&views).map(|(_, view)| view.operand()).collect();
        let before = prepared.result_like(&operands);
        let (ty, shape) = prepared.results(&operands).unwrap().remove(0);
        let after = prepared.result_like(&operands);
        if let Some((of_type, at)) = after {
            assert_eq!((of_type, operands[at].shape()), (ty, &shape[..]), "{text}");
        }
        (before, after.map(|(_, at)| at))
    };
    assert_eq!(like("x * y - 1", [&[3, 2], &[3, 2]]), (None, Some(0)));
    assert_eq!(like("x + y", [&[], &[4]]), (None, Some(1)));
    assert_eq!(like("x < y", [&[4], &[4]]), (None, Some(0)));
    // Several loops, another shape, a single value, stages: `results` tells.
    assert_eq!(like("(x + y) / x", [&[4], &[4]]), (None, None));
    assert_eq!(like("x + y", [&[4, 1], &[3]]), (None, None));
    assert_eq!(like("x + y", [&[1, 1], &[3]]), (None, None));
    assert_eq!(like("sum(x)", [&[4], &[4]]), (None, None));
    assert_eq!(like("x[y > 0]", [&[4], &[4]]), (None, None));
    assert_eq!(like("x[y > 0] = 2", [&[4], &[4]]), (None, None));
}

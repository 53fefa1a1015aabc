//! Operands and outputs: arrays as an address, a type, a shape and strides.
#![allow(unsafe_code, reason = "an operand is an address with a promise")]

use std::marker::PhantomData;

use ndarray::{ArrayView, ArrayViewMut, Dimension};

use crate::layout::elements;
use crate::types::{Element, Scalar, Type};

/// A read-only view of an array, wherever its memory is.
///
/// Strides are in bytes and may be negative, or 0 where one value stands for all along an axis;
/// addresses need no alignment.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    pub(crate) data: *const u8,
    pub(crate) ty: Type,
    pub(crate) shape: &'a [usize],
    pub(crate) strides: &'a [isize],
    /// The bytes of texts; `data` has their offsets then.
    pub(crate) text: *const u8,
    /// A value that the operand carries itself.
    pub(crate) scalar: Option<u64>,
    pub(crate) memory: PhantomData<&'a [u8]>,
}

// SAFETY: an operand is a shared borrow of plain numbers for its lifetime.
unsafe impl Send for Operand<'_> {}
// SAFETY: as above; nothing is ever written through it.
unsafe impl Sync for Operand<'_> {}

impl<'a> Operand<'a> {
    /// An array of foreign memory. `strides` has as many entries as `shape`, in bytes.
    ///
    /// # Safety
    /// For `'a`, every element that shape and strides reach from `data` must be readable and must
    /// not be written by anybody but through an [`Output`] of the same call. `ty` is not
    /// [`Type::Text`].
    #[must_use]
    pub const unsafe fn from_raw(
        data: *const u8,
        ty: Type,
        shape: &'a [usize],
        strides: &'a [isize],
    ) -> Self {
        Self { data, ty, shape, strides, text: data, scalar: None, memory: PhantomData }
    }

    /// A single value.
    #[must_use]
    pub fn scalar(value: impl Into<Scalar>) -> Self {
        let value = value.into();
        Self {
            data: std::ptr::null(),
            ty: value.ty(),
            shape: &[],
            strides: &[],
            text: std::ptr::null(),
            scalar: Some(value.to_bits()),
            memory: PhantomData,
        }
    }

    /// UTF-8 texts side by side: `offsets` has one entry more than there are texts, and text `i`
    /// is `bytes[offsets[i]..offsets[i + 1]]`. `shape` is their number.
    ///
    /// # Panics
    /// When `offsets` does not hold one more than `shape[0]`, falls, or leads out of `bytes`.
    #[must_use]
    pub fn texts(offsets: &'a [i64], bytes: &'a [u8], shape: &'a [usize; 1]) -> Self {
        assert_eq!(offsets.len(), shape[0] + 1, "an offset before and after every text");
        let rises = offsets[0] >= 0 && offsets.is_sorted();
        let last = offsets[offsets.len() - 1];
        assert!(rises && last as usize <= bytes.len(), "offsets rise within the bytes");
        Self {
            data: offsets.as_ptr().cast(),
            ty: Type::Text,
            shape,
            strides: &[8],
            text: bytes.as_ptr(),
            scalar: None,
            memory: PhantomData,
        }
    }

    /// The type of its elements.
    #[must_use]
    pub const fn ty(&self) -> Type {
        self.ty
    }

    /// The length along each axis.
    #[must_use]
    pub const fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// Whether it is the same array: the same memory with the same layout.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.data, other.data)
            && std::ptr::eq(self.text, other.text)
            && (self.ty, self.shape, self.strides, self.scalar)
                == (other.ty, other.shape, other.strides, other.scalar)
    }

    /// Elements `start..start + shape[0]` of an operand of one dense axis.
    ///
    /// # Panics
    /// When there are not so many, or there are other axes.
    pub(crate) fn rows<'b>(&self, start: usize, shape: &'b [usize; 1]) -> Operand<'b>
    where
        'a: 'b,
    {
        assert!(self.shape.len() == 1 && start + shape[0] <= self.shape[0], "rows that there are");
        let step = self.strides[0];
        // SAFETY: the first row is within the operand, or one after its last.
        let data = unsafe { self.data.offset(step * start as isize) };
        Operand { data, shape, ..*self }
    }

    /// `values`, of which there are `shape[0]`.
    ///
    /// # Panics
    /// When there are not so many.
    pub(crate) fn of_slice<T: Element>(values: &'a [T], shape: &'a [usize; 1]) -> Self {
        assert_eq!(values.len(), shape[0], "the shape is that of the values");
        let strides: &[isize] = match T::TYPE.size() {
            1 => &[1],
            4 => &[4],
            _ => &[8],
        };
        // SAFETY: the values are borrowed for `'a`, side by side.
        unsafe { Self::from_raw(values.as_ptr().cast(), T::TYPE, shape, strides) }
    }

    /// The elements, when they are of type `T`, dense and aligned.
    pub(crate) fn as_slice<T: Element>(&self) -> Option<&'a [T]> {
        let size = size_of::<T>();
        let dense = self.ty == T::TYPE
            && self.scalar.is_none()
            && crate::layout::is_contiguous(self.shape, self.strides, size)
            && crate::layout::is_aligned(self.data, size);
        // SAFETY: the elements are readable for `'a` and, as checked, side by side and aligned.
        dense.then(|| unsafe { std::slice::from_raw_parts(self.data.cast::<T>(), self.len()) })
    }

    pub(crate) fn len(&self) -> usize {
        elements(self.shape)
    }
}

/// Shape and strides of an `ndarray` view, in bytes: what an [`Operand`] borrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View<'a> {
    data: *const u8,
    ty: Type,
    shape: Vec<usize>,
    strides: Vec<isize>,
    pub(crate) memory: PhantomData<&'a [u8]>,
}

// SAFETY: a view is a shared borrow of plain numbers for its lifetime.
unsafe impl Send for View<'_> {}
// SAFETY: as above; nothing is ever written through it.
unsafe impl Sync for View<'_> {}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for View<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        let size = T::TYPE.size() as isize;
        Self {
            data: view.as_ptr().cast(),
            ty: T::TYPE,
            shape: view.shape().to_vec(),
            strides: view.strides().iter().map(|stride| stride * size).collect(),
            memory: PhantomData,
        }
    }
}

impl<'a, T: Element> From<&'a [T]> for View<'a> {
    fn from(slice: &'a [T]) -> Self {
        Self {
            data: slice.as_ptr().cast(),
            ty: T::TYPE,
            shape: vec![slice.len()],
            strides: vec![T::TYPE.size() as isize],
            memory: PhantomData,
        }
    }
}

impl View<'_> {
    /// The operand.
    #[must_use]
    pub fn operand(&self) -> Operand<'_> {
        // SAFETY: the view was made of a borrow of the whole array, which lives as long.
        unsafe { Operand::from_raw(self.data, self.ty, &self.shape, &self.strides) }
    }
}

/// Memory that a result is written to.
#[derive(Debug)]
pub struct Output<'a> {
    pub(crate) data: *mut u8,
    pub(crate) ty: Type,
    pub(crate) shape: &'a [usize],
    pub(crate) strides: &'a [isize],
    pub(crate) memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: an output is an exclusive borrow of plain numbers for its lifetime, but for operands of
// the same call.
unsafe impl Send for Output<'_> {}
// SAFETY: threads of one call write to parts of it that do not meet.
unsafe impl Sync for Output<'_> {}

impl<'a> Output<'a> {
    /// Foreign memory. `strides` has as many entries as `shape`, in bytes.
    ///
    /// # Safety
    /// For `'a`, every element that shape and strides reach from `data` must be writable, and read
    /// or written by nobody but through operands of the same call. `ty` is not [`Type::Text`].
    #[must_use]
    pub const unsafe fn from_raw(
        data: *mut u8,
        ty: Type,
        shape: &'a [usize],
        strides: &'a [isize],
    ) -> Self {
        Self { data, ty, shape, strides, memory: PhantomData }
    }

    /// The type of its elements.
    #[must_use]
    pub const fn ty(&self) -> Type {
        self.ty
    }

    /// The length along each axis.
    #[must_use]
    pub const fn shape(&self) -> &'a [usize] {
        self.shape
    }
}

impl Output<'_> {
    /// Elements `start..start + shape[0]` of an output of one dense axis.
    ///
    /// # Safety
    /// No two parts that are alive share elements.
    ///
    /// # Panics
    /// When there are not so many, or there are other axes.
    pub(crate) unsafe fn part<'b>(&self, start: usize, shape: &'b [usize; 1]) -> Output<'b>
    where
        Self: 'b,
    {
        assert!(self.shape.len() == 1 && start + shape[0] <= self.shape[0], "parts that there are");
        let strides: &[isize] = match self.ty.size() {
            1 => &[1],
            4 => &[4],
            _ => &[8],
        };
        // SAFETY: the first element is within the output, or one after its last; it is dense.
        let data = unsafe { self.data.add(start * self.ty.size()) };
        Output { data, ty: self.ty, shape, strides, memory: PhantomData }
    }

    /// The elements, when they are of type `T`, dense and aligned.
    pub(crate) fn as_mut_slice<T: Element>(&mut self) -> Option<&mut [T]> {
        let size = size_of::<T>();
        let dense = self.ty == T::TYPE
            && crate::layout::is_contiguous(self.shape, self.strides, size)
            && crate::layout::is_aligned(self.data, size);
        let len = self.shape.iter().product();
        // SAFETY: the elements are writable and, as checked, side by side and aligned; nobody else
        // reads or writes them while the output is borrowed.
        dense.then(|| unsafe { std::slice::from_raw_parts_mut(self.data.cast::<T>(), len) })
    }
}

/// Shape and strides of a writable `ndarray` view: what an [`Output`] borrows.
#[derive(Debug, PartialEq, Eq)]
pub struct ViewMut<'a> {
    data: *mut u8,
    ty: Type,
    shape: Vec<usize>,
    strides: Vec<isize>,
    pub(crate) memory: PhantomData<&'a mut [u8]>,
}

impl<'a, T: Element, D: Dimension> From<ArrayViewMut<'a, T, D>> for ViewMut<'a> {
    fn from(mut view: ArrayViewMut<'a, T, D>) -> Self {
        let size = T::TYPE.size() as isize;
        Self {
            data: view.as_mut_ptr().cast(),
            ty: T::TYPE,
            shape: view.shape().to_vec(),
            strides: view.strides().iter().map(|stride| stride * size).collect(),
            memory: PhantomData,
        }
    }
}

impl<'a, T: Element> From<&'a mut [T]> for ViewMut<'a> {
    fn from(slice: &'a mut [T]) -> Self {
        Self {
            data: slice.as_mut_ptr().cast(),
            ty: T::TYPE,
            shape: vec![slice.len()],
            strides: vec![T::TYPE.size() as isize],
            memory: PhantomData,
        }
    }
}

impl ViewMut<'_> {
    /// The output.
    pub fn output(&mut self) -> Output<'_> {
        // SAFETY: the view was made of an exclusive borrow of the whole array, which lives as long.
        unsafe { Output::from_raw(self.data, self.ty, &self.shape, &self.strides) }
    }
}

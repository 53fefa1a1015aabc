//! The encodings of the standard library's values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Encode, Encoder};
use crate::Digest;

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Encode for $type {
            fn encode(&self, to: &mut Encoder) {
                to.integer(*self);
            }
        }
    )*};
}

integers!(u8, u16, u32, u64, i8, i16, i32, i64, i128);

impl Encode for usize {
    fn encode(&self, to: &mut Encoder) {
        to.integer(*self as u64);
    }
}

impl Encode for bool {
    fn encode(&self, to: &mut Encoder) {
        to.boolean(*self);
    }
}

impl Encode for f64 {
    fn encode(&self, to: &mut Encoder) {
        to.float(*self);
    }
}

impl Encode for f32 {
    fn encode(&self, to: &mut Encoder) {
        to.float32(*self);
    }
}

impl Encode for str {
    fn encode(&self, to: &mut Encoder) {
        to.string(self);
    }
}

impl Encode for String {
    fn encode(&self, to: &mut Encoder) {
        to.string(self);
    }
}

impl Encode for Digest {
    fn encode(&self, to: &mut Encoder) {
        to.digest(self);
    }
}

impl Encode for () {
    fn encode(&self, to: &mut Encoder) {
        to.tuple(0);
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, to: &mut Encoder) {
        (**self).encode(to);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, to: &mut Encoder) {
        match self {
            None => to.nothing(),
            Some(value) => {
                to.something();
                value.encode(to);
            }
        }
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, to: &mut Encoder) {
        to.list(self.len());
        for item in self {
            item.encode(to);
        }
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, to: &mut Encoder) {
        self.as_slice().encode(to);
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, to: &mut Encoder) {
        self.as_slice().encode(to);
    }
}

macro_rules! maps {
    ($($map:ident [$($hasher:ident)?]),*) => {$(
        impl<K: Encode, V: Encode $(, $hasher)?> Encode for $map<K, V $(, $hasher)?> {
            #[allow(clippy::iter_over_hash_type, reason = "the encoder sorts the entries")]
            fn encode(&self, to: &mut Encoder) {
                to.map();
                for (key, value) in self {
                    to.entry();
                    key.encode(to);
                    value.encode(to);
                }
                to.end();
            }
        }
    )*};
}

macro_rules! sets {
    ($($set:ident [$($hasher:ident)?]),*) => {$(
        impl<T: Encode $(, $hasher)?> Encode for $set<T $(, $hasher)?> {
            #[allow(clippy::iter_over_hash_type, reason = "the encoder sorts the members")]
            fn encode(&self, to: &mut Encoder) {
                to.set();
                for member in self {
                    to.entry();
                    member.encode(to);
                }
                to.end();
            }
        }
    )*};
}

maps!(BTreeMap [], HashMap [S]);
sets!(BTreeSet [], HashSet [S]);

macro_rules! tuples {
    ($(($len:literal; $($name:ident),+))*) => {$(
        impl<$($name: Encode),+> Encode for ($($name,)+) {
            #[allow(non_snake_case, reason = "the members are named like their types")]
            fn encode(&self, to: &mut Encoder) {
                let ($($name,)+) = self;
                to.tuple($len);
                $($name.encode(to);)+
            }
        }
    )*};
}

tuples! {
    (1; A)
    (2; A, B)
    (3; A, B, C)
    (4; A, B, C, D)
    (5; A, B, C, D, E)
    (6; A, B, C, D, E, F)
    (7; A, B, C, D, E, F, G)
    (8; A, B, C, D, E, F, G, H)
}

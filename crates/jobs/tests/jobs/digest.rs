//! Equal values have equal digests and different ones different digests, for ever.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jobs::{Digest, Encode, Encoder, Plain, Strided};
use proptest::prelude::*;
use serde::Serialize;

/// A change here makes every cache in the world a miss: let it be on purpose.
#[test]
fn digests_of_values_are_those_of_all_former_versions() {
    #[track_caller]
    fn check(value: &impl Encode, expected: &str) {
        assert_eq!(&Digest::of_value(value).to_hex()[..16], expected);
    }
    check(&(), "48258781278485ee");
    check(&true, "ab13bedf42e84bae");
    check(&0, "98144ed5b753b0c0");
    check(&-1_i64, "27b03f8fded782db");
    check(&(1_i128 << 100), "a283229b4efeeb9a");
    check(&1.5, "26fe5a9582eaddd2");
    check(&f64::NAN, "37815635a25e16f8");
    check(&1.5_f32, "5e32ba149a531051");
    check(&"topic", "37d2c2dc483d460b");
    check(&"x".repeat(2000), "a8b62087858467b5");
    check(&Some(None::<u8>), "cd30b8c737cfbdee");
    check(&vec![1_u8, 2], "456b5c821b7a8aa5");
    check(&("a", 1), "f5fc7ef3405aef91");
    check(&BTreeMap::from([("b", 1), ("a", 2)]), "b8af96a46c07999a");
    check(&BTreeSet::from([3, 1, 2]), "17c59c60e0d47cb9");
    check(&Digest::of(b"named"), "4ee3d0d4e90f1bbb");
    check(
        &Strided::contiguous("<f4", &[2, 1], &[0, 0, 128, 63, 0, 0, 0, 64]).unwrap(),
        "51b4ce979690a9c3",
    );
    check(&Strided::contiguous("|u1", &[5000], &[7; 5000]).unwrap(), "802c31abb51f4552");
}

/// One of each kind, all different.
#[test]
fn values_of_different_kinds_differ() {
    let set = HashSet::from([1]);
    let values: Vec<Box<dyn Encode>> = vec![
        Box::new(()),
        Box::new(false),
        Box::new(0),
        Box::new(1),
        Box::new(256),
        Box::new(-1),
        Box::new(255),
        Box::new(0.0),
        Box::new(-0.0),
        Box::new(0.0_f32),
        Box::new(""),
        Box::new("0"),
        Box::new(None::<u8>),
        Box::new(Some(None::<u8>)),
        Box::new(Some(0)),
        Box::new(Vec::<u8>::new()),
        Box::new(vec![0]),
        Box::new(vec![vec![0]]),
        Box::new((0,)),
        Box::new((0, 0)),
        Box::new(set),
        Box::new(HashMap::from([(1, 1)])),
        Box::new(HashMap::<u8, u8>::new()),
        Box::new(HashSet::<u8>::new()),
        Box::new(Digest::of(b"")),
        Box::new(Strided::contiguous("|u1", &[0], &[]).unwrap()),
        Box::new(Strided::contiguous("|u1", &[1], &[0]).unwrap()),
        Box::new(Strided::contiguous("|i1", &[1], &[0]).unwrap()),
        Box::new(Strided::contiguous("|u1", &[1, 1], &[0]).unwrap()),
    ];
    let digests: HashSet<Digest> = values.iter().map(|value| of(&**value)).collect();
    assert_eq!(digests.len(), values.len());
}

fn of(value: &dyn Encode) -> Digest {
    let mut encoder = Encoder::new();
    value.encode(&mut encoder);
    encoder.finish()
}

#[test]
fn integers_are_known_by_their_value_and_nans_are_one() {
    assert_eq!(Digest::of_value(&7_u8), Digest::of_value(&7_i128));
    assert_eq!(Digest::of_value(&-7_i8), Digest::of_value(&-7_i64));
    let mut big = Encoder::new();
    big.big_integer(&[7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(big.finish(), Digest::of_value(&7));
    let odd = f64::from_bits(f64::NAN.to_bits() | 1);
    assert_eq!(Digest::of_value(&odd), Digest::of_value(&f64::NAN));
}

#[test]
fn sets_of_sets_have_no_order_at_any_depth() {
    let nested = |seed: u64| {
        let set = |n: u64| (0..n).map(|m| m * seed % 17).collect::<BTreeSet<_>>();
        // Hash sets are walked in another order in every process and for every instance.
        (1..17).map(set).collect::<HashSet<BTreeSet<u64>>>()
    };
    let one = nested(1);
    let again: HashSet<_> = one.iter().cloned().collect::<Vec<_>>().into_iter().rev().collect();
    assert_eq!(Digest::of_value(&one), Digest::of_value(&again));
    assert_ne!(Digest::of_value(&one), Digest::of_value(&nested(3)));
}

#[derive(Serialize)]
struct Talk<'a> {
    title: &'a str,
    tags: Vec<&'a str>,
    minutes: Option<u32>,
    room: Room,
}

#[derive(Serialize)]
enum Room {
    Main,
    Side(u8),
    Away { city: &'static str },
}

#[test]
fn what_serde_takes_apart_is_told_apart() {
    let talk = |room| Talk { title: "Rust", tags: vec!["a", "b"], minutes: Some(30), room };
    let digest = |talk: &Talk<'_>| Digest::of_value(&Plain(talk));
    let one = digest(&talk(Room::Main));
    assert_eq!(one, digest(&talk(Room::Main)));
    let others = [
        Talk { title: "rust", ..talk(Room::Main) },
        Talk { tags: vec!["ab"], ..talk(Room::Main) },
        Talk { minutes: None, ..talk(Room::Main) },
        talk(Room::Side(1)),
        talk(Room::Side(2)),
        talk(Room::Away { city: "Main" }),
    ];
    let mut digests: HashSet<Digest> = others.iter().map(digest).collect();
    digests.insert(one);
    assert_eq!(digests.len(), others.len() + 1);
}

/// What an array looks like from its indices alone.
fn copy_in_c_order(view: &Strided<'_>) -> Vec<u8> {
    let mut copy = Vec::new();
    let n: usize = view.shape.iter().product();
    for flat in 0..n {
        let mut rest = flat;
        let mut at = view.offset as isize;
        for (&len, &stride) in view.shape.iter().zip(view.strides).rev() {
            at += (rest % len) as isize * stride;
            rest /= len;
        }
        copy.extend_from_slice(&view.bytes[at as usize..at as usize + view.item_size]);
    }
    copy
}

proptest! {
    #[test]
    fn strided_arrays_have_the_digest_of_their_copy(
        shape in prop::collection::vec(0_usize..7, 0..4),
        order in any::<u64>(),
        reversed in any::<[bool; 4]>(),
        step in 1_usize..4,
        inner in prop::sample::select(vec![1_usize, 4, 900]),
    ) {
        // Memory with room for every second or third item, dimensions in any order.
        let mut dimensions: Vec<usize> = (0..shape.len()).collect();
        dimensions.sort_by_key(|&d| (order >> (8 * d)) & 255);
        let mut strides = vec![0_isize; shape.len()];
        let mut len = (inner * step) as isize;
        for &d in &dimensions {
            strides[d] = len;
            len *= shape[d].max(1) as isize;
        }
        let bytes: Vec<u8> = (0..len as usize).map(|n| (n * 7 % 251) as u8).collect();
        let mut offset = 0;
        for (d, stride) in strides.iter_mut().enumerate() {
            if reversed[d] && shape[d] > 0 {
                offset += *stride as usize * (shape[d] - 1);
                *stride = -*stride;
            }
        }
        let view =
            Strided { items: "|V", item_size: inner, shape: &shape, strides: &strides, offset, bytes: &bytes };
        let copy = copy_in_c_order(&view);
        let contiguous = Strided { strides: &[], offset: 0, bytes: &copy, ..view };
        prop_assert_eq!(Digest::of_value(&view), Digest::of_value(&contiguous));
    }

    #[test]
    fn pieces_do_not_matter(len in 0_usize..3000, cut in 0_usize..3000) {
        let bytes: Vec<u8> = (0..len).map(|n| n as u8).collect();
        let whole = Digest::of_value(&Strided::contiguous("|u1", &[len], &bytes).unwrap());
        let mut encoder = Encoder::new();
        let (head, tail) = bytes.split_at(cut.min(len));
        encoder.array("|u1", &[len], |feed| {
            feed(head);
            feed(&[]);
            feed(tail);
        });
        prop_assert_eq!(encoder.finish(), whole);
    }

    #[test]
    fn equal_lists_and_only_those_have_equal_digests(
        a in prop::collection::vec(".{0,3}", 0..4),
        b in prop::collection::vec(".{0,3}", 0..4),
    ) {
        prop_assert_eq!(a == b, Digest::of_value(&a) == Digest::of_value(&b));
    }
}

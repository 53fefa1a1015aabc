//! The encoding of everything that serde can take apart.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::{Encode, Encoder};

/// A value that says by serde what it consists of. Structs are maps of their fields, so that their
/// order does not matter; a variant is named.
///
/// ```
/// use jobs::{Digest, Plain};
///
/// #[derive(serde::Serialize)]
/// struct Settings {
///     k: usize,
/// }
///
/// assert_ne!(Digest::of_value(&Plain(&Settings { k: 1 })), Digest::of_value(&Plain(&Settings { k: 2 })));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a, T: ?Sized>(pub &'a T);

impl<T: Serialize + ?Sized> Encode for Plain<'_, T> {
    /// # Panics
    /// When the value's own `Serialize` fails.
    fn encode(&self, to: &mut Encoder) {
        self.0.serialize(Events(to)).expect("values in memory can be taken apart");
    }
}

/// Only a value's own `Serialize` can fail: the encoder takes everything.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(String);

impl ser::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Events<'a>(&'a mut Encoder);

/// The items of a sequence.
struct Items<'a> {
    to: &'a mut Encoder,
}

macro_rules! integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<(), Refused> {
            self.0.integer(value);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Events<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Entries<'a>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64);

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.0.boolean(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.0.float32(value);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        self.0.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.0.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        self.0.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        self.0.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.0.nothing();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.0.something();
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.0.tuple(0);
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Refused> {
        self.0.named(variant);
        self.serialize_unit()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.0.named(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items<'a>, Refused> {
        match len {
            Some(len) => self.0.list(len),
            None => return Err(ser::Error::custom("a sequence must know its length")),
        }
        Ok(Items { to: self.0 })
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'a>, Refused> {
        self.0.tuple(len);
        Ok(Items { to: self.0 })
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'a>, Refused> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items<'a>, Refused> {
        self.0.named(variant);
        self.serialize_tuple(len)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Entries<'a>, Refused> {
        self.0.map();
        Ok(Entries { to: self.0 })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Entries<'a>, Refused> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Entries<'a>, Refused> {
        self.0.named(variant);
        self.serialize_map(Some(len))
    }
}

macro_rules! items {
    ($($trait:ident :: $method:ident),*) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                value.serialize(Events(self.to))
            }

            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        }
    )*};
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// The entries of a map or the fields of a struct.
struct Entries<'a> {
    to: &'a mut Encoder,
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.to.entry();
        key.serialize(Events(self.to))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Events(self.to))
    }

    fn end(self) -> Result<(), Refused> {
        self.to.end();
        Ok(())
    }
}

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Entries<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.to.entry();
                self.to.string(key);
                value.serialize(Events(self.to))
            }

            fn end(self) -> Result<(), Refused> {
                self.to.end();
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

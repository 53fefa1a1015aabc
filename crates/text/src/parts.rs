//! Documents as counting takes them.

/// A part of a document and how often each of its words counts.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The part's text.
    pub text: &'a str,
    /// How often each word counts: 3 for tags that count three times; 0 leaves the part out.
    pub weight: u32,
}

/// One document as its parts.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    /// The parts.
    pub fields: Vec<Field<'a>>,
    /// Its language (ISO 639-1), whose stop words are dropped besides those of the configuration.
    pub language: Option<&'a str>,
    /// Languages of single passages of it, whose stop words are dropped too.
    pub others: Vec<&'a str>,
}

impl<'a> Text<'a> {
    /// A document of one part that counts once, in no known language.
    #[must_use]
    pub fn plain(text: &'a str) -> Self {
        Self { fields: vec![Field { text, weight: 1 }], language: None, others: Vec::new() }
    }
}

/// What can be counted as a document: a string, or the parts of a [`Text`].
pub trait Parts {
    /// Calls `each` with every part, in order.
    fn each_part<'a>(&'a self, each: impl FnMut(Field<'a>));

    /// The document's language (ISO 639-1), where it is known.
    fn language(&self) -> Option<&str> {
        None
    }

    /// Calls `each` with the document's language and those of its passages, where they are known.
    fn each_language(&self, mut each: impl FnMut(&str)) {
        self.language().into_iter().for_each(&mut each);
    }

    /// The length of all parts in bytes.
    fn n_bytes(&self) -> usize {
        let mut sum = 0;
        self.each_part(|field| sum += field.text.len());
        sum
    }
}

impl Parts for str {
    fn each_part<'a>(&'a self, mut each: impl FnMut(Field<'a>)) {
        each(Field { text: self, weight: 1 });
    }
}

impl Parts for String {
    fn each_part<'a>(&'a self, each: impl FnMut(Field<'a>)) {
        self.as_str().each_part(each);
    }
}

impl Parts for Text<'_> {
    fn each_part<'a>(&'a self, each: impl FnMut(Field<'a>)) {
        self.fields.iter().copied().filter(|field| field.weight > 0).for_each(each);
    }

    fn language(&self) -> Option<&str> {
        self.language
    }

    fn each_language(&self, each: impl FnMut(&str)) {
        self.language.into_iter().chain(self.others.iter().copied()).for_each(each);
    }
}

impl<P: Parts + ?Sized> Parts for &P {
    fn each_part<'a>(&'a self, each: impl FnMut(Field<'a>)) {
        (**self).each_part(each);
    }

    fn language(&self) -> Option<&str> {
        (**self).language()
    }

    fn each_language(&self, each: impl FnMut(&str)) {
        (**self).each_language(each);
    }
}

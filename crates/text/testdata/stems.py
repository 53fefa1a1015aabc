"""Makes stems.tsv: words and their stems by Snowball's own stemmers for Python.

    pip install snowballstemmer==3.1.1 && python stems.py LISTS > stems.tsv

LISTS has a language (ISO 639-1) and a word on a line: stop words of the collection stopwords-iso. Of each
language those are taken whose stems differ from them, spread over the list, and the words below.
"""

import sys

ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "st": "sesotho", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}
WORDS = {
    "en": "lamps harbour harbours connection connected generously skies dying news",
    "de": "häuser lampen leuchttürme verbindungen aufeinander schönsten größe",
    "fr": "lampes phares continuellement majestueusement journaux rochers",
    "et": "raamatud lambid majades laevade sadamas tuletornid inimesed lastele",
    "hy": "գրքեր տներ լամպերը նավերի մարդկանց երեխաների քաղաքներում ծովեր",
    "ne": "घरहरू मान्छेहरूले केटाको पुस्तकहरू गर्नुभयो विद्यालयमा देशको नेपालमा कामहरू समयमा",
    "sr": "knjige gradovima programi lampama brodovi svetionika књиге градовима програми лампама",
    "st": "batho dibuka matlo dikepe bana motseng dilampi mabone basadi ditsela",
    "ta": "வீடுகள் மரங்கள் பள்ளியில் மக்களின் நாட்டில் புத்தகங்கள் அவர்கள் வந்தார்கள் தமிழில் மொழிகள்",
    "yi": "הייזער ביכער קינדער מענטשן שטעטל געזאגט געשריבן לערנען שרייבט גרעסערע",
}
PER_LANGUAGE = 24


def main(lists):
    import snowballstemmer

    known = {}
    with open(lists, encoding="utf-8") as lines:
        for line in lines:
            code, word = line.rstrip("\n").split("\t")
            known.setdefault(code, set()).add(word)
    print("# Language, word, and its stem by snowballstemmer 3.1.1; made by stems.py.")
    for code, algorithm in ALGORITHMS.items():
        stemmer = snowballstemmer.stemmer(algorithm)
        changed = [word for word in sorted(known.get(code, ())) if stemmer.stemWord(word) not in (word, "")]
        step = max(1, len(changed) // PER_LANGUAGE)
        for word in changed[::step][:PER_LANGUAGE] + WORDS.get(code, "").split():
            print(code, word, stemmer.stemWord(word), sep="\t")


if __name__ == "__main__":
    main(sys.argv[1])

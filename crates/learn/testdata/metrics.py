"""Writes metrics.json: coherence by gensim and agreement of labels by scikit-learn, for a small
invented corpus.

Run with scikit-learn 1.9.1, gensim 4.4.0 and NumPy 2: python metrics.py > metrics.json
"""

import json
import random

import gensim
import sklearn
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

rng = random.Random(7)
words = [f"w{n:02}" for n in range(24)]
documents = []
for _ in range(60):
    theme = rng.randrange(3) * 8
    length = rng.choice([0, 3, 8, 10, 11, 40, 150, 300])
    documents.append(
        [words[theme + rng.randrange(8)] if rng.random() < 0.6 else rng.choice(words) for _ in range(length)]
    )
dictionary = Dictionary([words])
topics = [words[0:5], words[6:12], words[16:24], [words[1], words[9], words[17]]]


def coherence(measure, **more):
    model = CoherenceModel(topics=topics, dictionary=dictionary, coherence=measure, topn=8, processes=1, **more)
    return float(model.get_coherence())


corpus = [dictionary.doc2bow(document) for document in documents]
labels = [rng.randrange(4) for _ in range(80)]
clusters = [label if rng.random() < 0.6 else rng.randrange(5) for label in labels]
print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "gensim": gensim.__version__,
            "documents": [[dictionary.token2id[word] for word in document] for document in documents],
            "topics": [[dictionary.token2id[word] for word in topic] for topic in topics],
            "c_npmi": coherence("c_npmi", texts=documents),
            "c_v": coherence("c_v", texts=documents),
            "u_mass": coherence("u_mass", corpus=corpus),
            "labels": labels,
            "clusters": clusters,
            "nmi": float(normalized_mutual_info_score(labels, clusters)),
            "ari": float(adjusted_rand_score(labels, clusters)),
        }
    )
)

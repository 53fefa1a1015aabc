"""
Sort a conference
=================

Twelve talks, three topics: which talk belongs to which?
"""

import matplotlib.pyplot as plt
import topicmill as tm

talks = """Testing with pytest: fixtures and plugins
Property based testing finds bugs that tests miss
Mock objects in unit testing, and when not to mock
Testing a web application from the browser
Neural networks learn from images
Training a neural network on a laptop
What neural networks see in images
Small data for large neural networks
Packaging a library for users with pip
Wheels, pip and packaging of compiled code
A packaging guide for library authors
Publishing a library: versions and packaging""".splitlines()

vectorizer = tm.TfidfVectorizer(stop_words="english")
model = tm.NMF(n_components=3, random_state=0)
weights = model.fit_transform(vectorizer.fit_transform(talks))

plt.figure(figsize=(8, 4), layout="constrained")
plt.imshow(weights, aspect="auto", cmap="Greens")
plt.yticks(range(len(talks)), talks, fontsize=8)
plt.xticks(range(3), [f"topic {k + 1}" for k in range(3)])
plt.show()

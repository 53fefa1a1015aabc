"""The same clouds by the Python package wordcloud: FILE, a JSON list of lists of a word and its weight."""

import json
import sys
import time

from wordcloud import WordCloud

clouds = json.load(open(sys.argv[1]))
started = time.perf_counter()
placed = 0
for words in clouds:
    cloud = WordCloud(width=600, height=340, max_words=len(words), random_state=1)
    cloud.generate_from_frequencies(dict(words))
    placed += len(cloud.layout_)
    cloud.to_svg()
print(json.dumps({"seconds": time.perf_counter() - started, "clouds": len(clouds), "placed": placed}))

"""Scrapy on the same site: without delays, robots.txt, retries and logs; sixteen requests at once."""

import json
import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess

FIGURES = {"pages": 0, "text_bytes": 0}


class Talks(scrapy.Spider):
    name = "talks"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        for href in response.css("li.talk a::attr(href)").getall():
            yield response.follow(href, self.talk)

    def talk(self, response):
        title = response.css("h1::text").get()
        text = "\n\n".join(
            " ".join(block.css("::text").getall()) for block in response.css("div.abstract > *")
        )
        FIGURES["pages"] += 1
        FIGURES["text_bytes"] += len(title) + len(text)


def main():
    process = CrawlerProcess(
        {
            "LOG_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "RETRY_ENABLED": False,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        }
    )
    process.crawl(Talks)
    started = time.perf_counter()
    process.start()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "pages_per_second": FIGURES["pages"] / seconds, **FIGURES}))


if __name__ == "__main__":
    main()

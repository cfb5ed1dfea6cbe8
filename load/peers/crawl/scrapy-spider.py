# Run by python3: the seed, then the number of requests at the same time.
# Its last line of output is what it found and needed.
import json
import resource
import sys
import time
from urllib.parse import urldefrag, urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess

_, seed, concurrency = sys.argv
urls = []
seen = {seed}
started = cpu_before = last = 0.0


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Pages(scrapy.Spider):
    name = "pages"

    def start_requests(self):
        global started, cpu_before
        started, cpu_before = time.monotonic(), cpu_seconds()
        yield scrapy.Request(seed)

    def parse(self, response):
        global last
        urls.append(response.url)
        for href in response.xpath("//a/@href").getall():
            url = urldefrag(response.urljoin(href)).url
            if url not in seen and urlsplit(url).netloc == urlsplit(seed).netloc:
                seen.add(url)
                yield scrapy.Request(url)
        last = time.monotonic()


process = CrawlerProcess(
    {
        "CONCURRENT_REQUESTS": int(concurrency),
        "CONCURRENT_REQUESTS_PER_DOMAIN": int(concurrency),
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Pages)
process.start()
used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "urls": urls,
            "seconds": last - started,
            "cpuSeconds": cpu_seconds() - cpu_before,
            "rssBytes": used.ru_maxrss * 1024,
        }
    )
)

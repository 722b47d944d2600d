"""The one HTTP client of the sources: polite, bounded, cached, recorded.

client      a request from the caller's side: cache, record or replay, redirects
lane        what one provider gets: one request at a time, paced, tried again
wire        one exchange on a connection to an address that was checked
apart       work that can be waited for no longer
hosts       who may be asked and how often; sizes and times, as data
guard       which URLs and addresses are allowed
body        decompression with caps
request     a request, and what of it is secret
answer      what the caller gets
cache       answers on disk
recording   exchanges on disk, and answers from them alone

Environment proxies are not used: the address that is checked must be the one connected to.
"""

from .answer import Answer, FetchError, Kind
from .client import Client
from .hosts import HOSTS, Host, Limits

__all__ = ["HOSTS", "Answer", "Client", "FetchError", "Host", "Kind", "Limits"]

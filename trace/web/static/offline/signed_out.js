// Pages kept on the device are somebody's: whoever signs in next finds none of them. What waits stays.
if ("caches" in window) caches.delete("nongsan-pages");
localStorage.removeItem("nongsan-kept");

// While a code is on the screen: how long it is good, and whether a telephone came in by it.
const look = async () => {
  const here = document.getElementById("dien-thoai");
  if (here.dataset.state !== "waiting") return;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("dien-thoai");
    if (answer.ok && now) here.replaceWith(now);
  } catch {
    // no network: the code stays as it is
  }
  setTimeout(look, 3000);
};
setTimeout(look, 3000);

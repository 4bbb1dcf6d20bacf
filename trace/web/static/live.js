// What is typed is drawn by the server while it is typed; without this the page shows it after saving.
for (const form of document.querySelectorAll("form[data-live]")) {
  const target = document.getElementById(form.dataset.target);
  let asked = 0;
  const draw = async () => {
    const mine = ++asked;
    await new Promise((done) => setTimeout(done, 300));
    if (mine !== asked) return;
    const said = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrf_token" && name !== "request_id") said.append(name, value);
    }
    try {
      const answer = await fetch(`${form.dataset.live}?${said}`);
      if (mine === asked && answer.ok) target.innerHTML = await answer.text();
    } catch {
      // no network: the last drawing stays
    }
  };
  form.addEventListener("input", draw);
  form.addEventListener("change", draw);
}

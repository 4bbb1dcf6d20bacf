// A typed weight is read back by the server while it is typed; without this the page says it after saving.
for (const field of document.querySelectorAll("[data-readback]")) {
  const target = document.getElementById(field.dataset.target);
  let asked = 0;
  field.addEventListener("input", async () => {
    const mine = ++asked;
    await new Promise((done) => setTimeout(done, 250));
    if (mine !== asked) return;
    try {
      const answer = await fetch(`${field.dataset.readback}?kg=${encodeURIComponent(field.value)}`);
      if (mine === asked && answer.ok) target.textContent = await answer.text();
    } catch {
      target.textContent = "";
    }
  });
}

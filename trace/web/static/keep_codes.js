// Codes that are shown once are copied or printed by a button; without this the buttons are not shown.
for (const tools of document.querySelectorAll("[data-keeps]")) {
  const list = document.getElementById(tools.dataset.keeps);
  const [copy, print] = tools.querySelectorAll("button");
  const copyOld = () => {
    const chosen = getSelection();
    chosen.selectAllChildren(list);
    const done = document.execCommand("copy");
    chosen.removeAllRanges();
    if (!done) throw new Error("not copied");
  };
  const text = () => [...list.children].map((one) => one.textContent).join("\n");
  tools.hidden = false;
  print.addEventListener("click", () => window.print());
  copy.addEventListener("click", async () => {
    const said = tools.querySelector("[role=status]");
    try {
      // a page without https has no clipboard
      await (navigator.clipboard ? navigator.clipboard.writeText(text()) : copyOld());
      said.textContent = tools.dataset.copied;
    } catch {
      said.textContent = tools.dataset.refused;
    }
  });
}

// A password may be looked at while it is typed; without this the box is not shown.
for (const label of document.querySelectorAll("[data-shows-passwords]")) {
  const fields = label.closest("form").querySelectorAll("input[type=password]");
  label.hidden = false;
  label.querySelector("input").addEventListener("change", (event) => {
    for (const field of fields) field.type = event.target.checked ? "text" : "password";
  });
}

// What makes a page quicker and is missed by nobody without it: everything here works as a plain form too.

// A file that has been chosen is sent at once: <form data-send> with its own button for those without this script.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send]");
  if (form && event.target.type === "file" && event.target.files.length) form.requestSubmit();
});

// The button that was pressed says so; a second press of the same form goes nowhere. The server refuses it anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (form.method !== "post" || event.defaultPrevented) return;
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back to a page of the past finds its forms as they were.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

"use strict";
// The pages work without this file. It adds a key for the search box, opens and
// closes all folds of a call at once, and shows local time beside UTC.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.getElementById("q")?.focus();
  }
  if (event.key === "Escape" && typing) typing.blur();
});

for (const button of document.querySelectorAll("button[data-folds]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const folds = document.querySelectorAll("#" + button.dataset.folds + " details");
    const open = ![...folds].every((fold) => fold.open);
    for (const fold of folds) fold.open = open;
    button.textContent = open ? "Fold all" : "Unfold all";
  });
}

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.title = time.dateTime + " is " + at.toLocaleString() + " here";
}

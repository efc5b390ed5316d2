"use strict";
// How old the page is: only the reader's clock can tell.
(function () {
  const { asOf, validUntil } = document.body.dataset;
  const now = new Date();
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.round((today - Date.parse(asOf)) / 86400000);
  if (days < 0) return;
  const age = document.getElementById("age");
  const old = validUntil && today > Date.parse(validUntil);
  const ago = days === 0 ? "today" : days === 1 ? "yesterday"
    : days.toLocaleString("en") + " days ago";
  const said = old
    ? " This page is old: what it knows ended " + ago + ", and no newer release has taken" +
      " its place. Ask whoever runs the scoring."
    : " What it knows ended " + ago + ".";
  age.append(said);
  age.classList.toggle("old", Boolean(old));
})();
// Tables that can be sorted by a click on a heading, and searched.
for (const table of document.querySelectorAll("table[data-searchable]")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  const value = (row, place) => {
    const cell = row.cells[place];
    return "by" in cell.dataset ? Number(cell.dataset.by) : cell.textContent;
  };
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), "en", { numeric: true });
  headings.forEach((heading, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") === "descending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      rows.sort((a, b) => compare(value(a, place), value(b, place)) * (up ? 1 : -1));
      body.append(...rows);
    });
  });
  const label = document.createElement("label");
  const input = document.createElement("input");
  const found = document.createElement("span");
  label.className = "search";
  input.type = "search";
  found.setAttribute("role", "status");
  input.setAttribute("aria-label", "Search this list: " + table.caption.textContent);
  label.append("Search this list", input, found);
  table.parentElement.before(label);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    found.textContent = wanted ? shown + " of " + rows.length + " rows" : "";
  });
}
// On paper nothing can be opened.
addEventListener("beforeprint", () => {
  for (const closed of document.querySelectorAll("details")) closed.open = true;
});

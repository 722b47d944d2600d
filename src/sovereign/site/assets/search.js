// Search in a site that is files alone: all the words, in what search-data.js holds.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("static-search");
  if (!box || !window.SEARCH) return;
  // The link to the first page, less its file, leads to the root of the site from wherever this page stands.
  const root = box.querySelector("[data-root]").getAttribute("href").replace(/index\.html$/, "");
  const input = box.querySelector("input");
  const list = box.querySelector("ol");
  const said = box.querySelector("[role=status]");
  box.hidden = false;
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const rows = window.SEARCH.map(([file, title, words, below]) => ({ file, title, below, text: plain(`${title} ${words} ${below}`) }));
  const show = () => {
    const words = plain(input.value).match(/[\p{L}\p{N}]+/gu) || [];
    list.replaceChildren();
    if (!words.length) { said.textContent = ""; return; }
    const found = rows.filter((row) => words.every((word) => row.text.includes(word)));
    said.textContent = `${found.length} found${found.length > 50 ? ", the first 50 are shown" : ""}`;
    for (const row of found.slice(0, 50)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + row.file.split("/").map(encodeURIComponent).join("/");
      link.textContent = row.title;
      const below = document.createElement("span");
      below.textContent = row.below;
      item.append(link, document.createElement("br"), below);
      list.append(item);
    }
  };
  input.addEventListener("input", show);
  show();
});

"use strict";

// the search: rows without the words are hidden, in every table
{
  const search = document.querySelector(".search");
  const field = search.querySelector("input");
  const told = search.querySelector("output");
  const only = search.querySelector(".only");
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const tables = [...document.querySelectorAll("main table")].map(table => {
    const rows = [...table.tBodies].flatMap(body => [...body.rows]);
    const summary = table.closest("details")?.querySelector("summary");
    const hits = document.createElement(summary ? "span" : "p");
    hits.className = "hits";
    if (summary) summary.append(hits); else table.parentElement.before(hits);
    return { rows, hits, texts: rows.map(row => plain(row.textContent)), summary };
  });

  function narrow() {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let found = 0;
    let among = 0;
    for (const { rows, hits, texts, summary } of tables) {
      let here = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every(word => texts[place].includes(word));
        here += !row.hidden;
      });
      found += here;
      among += here > 0;
      hits.textContent = words.length ? `${summary ? ": " : ""}${here} of ${rows.length} rows` : "";
    }
    told.textContent = words.length
      ? found ? `${found} row${found === 1 ? "" : "s"} in ${among} of ${tables.length} tables` : "no row has these words"
      : "";
    only.textContent = words.length ? `Only rows with: ${field.value.trim()}` : "";
  }

  let later;
  field.addEventListener("input", () => { clearTimeout(later); later = setTimeout(narrow, 150); });
  field.addEventListener("keydown", event => {
    if (event.key === "Escape") {
      event.preventDefault();
      field.value = "";
      narrow();
    } else if (event.key === "Enter") {
      narrow();
      const first = tables.find(({ rows, summary }) => !summary && rows.some(row => !row.hidden));
      if (field.value.trim() && first) first.rows[0].closest(".wide")?.focus();
    }
  });
  search.hidden = !tables.length;
}

// the pictures: what draws them is unpacked first; a browser that cannot do that leaves the tables open
(async () => {
  const figures = [...document.querySelectorAll("figure[data-kind]")];
  if (!figures.length) return;
  try {
    const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), sign => sign.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(unpacked).text();
    document.head.append(script);
    for (const figure of figures) {
      const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
      const place = document.createElement("div");
      place.style.height = "100%";
      figure.querySelector(".undrawn").replaceWith(place);
      await Plotly.newPlot(place, data, layout, { displaylogo: false, responsive: true });
    }
  } catch (error) {
    for (const figure of figures.filter(one => one.querySelector(".undrawn"))) {
      figure.style.height = "auto";
      if (figure.nextElementSibling?.matches("details")) figure.nextElementSibling.open = true;
    }
    if (typeof DecompressionStream !== "undefined") throw error;
  }
})();

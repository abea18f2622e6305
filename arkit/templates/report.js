"use strict";

// the search: rows without the words are hidden, in every table
{
  const search = document.querySelector(".search");
  const field = search.querySelector("input");
  const told = search.querySelector("output");
  const only = search.querySelector(".only");
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const counter = (kind, put) => {  // where it is said how many rows are left
    const hits = document.createElement(kind);
    hits.className = "hits";
    put(hits);
    return hits;
  };
  const tables = [...document.querySelectorAll("main table")].map(table => {
    const rows = [...table.tBodies].flatMap(body => [...body.rows]);
    const hits = counter("p", made => (table.closest(".wide") ?? table).before(made));
    return { rows, hits, texts: rows.map(row => plain(row.textContent)), under: table.closest("details") };
  });
  const folded = [...document.querySelectorAll("main details")].map(details => ({
    hits: counter("span", made => details.querySelector("summary").append(made)),
    within: tables.filter(({ under }) => under === details),
  }));
  const sum = (all, name) => all.reduce((so_far, one) => so_far + one[name], 0);

  function narrow() {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    for (const table of tables) {
      table.rows.forEach((row, place) => { row.hidden = !words.every(word => table.texts[place].includes(word)); });
      table.found = table.rows.filter(row => !row.hidden).length;
      table.of = table.rows.length;
      table.hits.textContent = words.length ? `${table.found} of ${table.of} rows` : "";
    }
    for (const { hits, within } of folded) {
      hits.textContent = words.length ? `: ${sum(within, "found")} of ${sum(within, "of")} rows` : "";
    }
    const found = sum(tables, "found");
    const among = tables.filter(table => table.found).length;
    const said = found ? `${found} row${found === 1 ? "" : "s"} in ${among} of ${tables.length} tables` : "no row on this page has these words; long tables show their first rows only";
    told.textContent = words.length ? said : "";
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
      const first = tables.find(({ found, under }) => found && !under);
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

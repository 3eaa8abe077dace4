// What moves on the pages; everything works without it. No library, no other host.
"use strict";
(() => {
  const EVERY = 2000; // milliseconds between two looks at an unlock
  const live = document.getElementById("canli");
  const announced = document.getElementById("duyuru");
  let ends = 0;

  const say = (text) => {
    if (announced) announced.textContent = text;
  };

  const reveal = (root) => {
    for (const one of root.querySelectorAll("[data-yazdir]")) one.hidden = false;
    if (!navigator.clipboard) return;
    for (const one of root.querySelectorAll("[data-kopyala]")) one.hidden = false;
  };

  const copy = async (button) => {
    const code = document.getElementById(button.dataset.kopyala);
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      say(button.dataset.oldu);
      button.textContent = button.dataset.oldu;
    } catch {
      getSelection().selectAllChildren(code);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kopyala], [data-yazdir]");
    if (!button) return;
    if ("yazdir" in button.dataset) print();
    else copy(button);
  });

  // The time left: the page says it once, the clock here goes on.
  const left = () => live.querySelector("[data-kalan]");
  const wind = () => {
    const shown = left();
    ends = shown ? performance.now() + 1000 * Number(shown.dataset.kalan) : 0;
  };
  const tick = () => {
    const shown = left();
    if (!shown || !ends) return;
    const seconds = Math.max(0, Math.round((ends - performance.now()) / 1000));
    shown.textContent = shown.dataset.bicim.replace("{m}", Math.floor(seconds / 60)).replace("{s}", seconds % 60);
    if (seconds === 120 || seconds === 30) say(shown.textContent);
  };

  const swap = (fresh) => {
    const focused = document.activeElement?.id;
    live.replaceChildren(fresh);
    reveal(live);
    wind();
    if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
    document.title = fresh.dataset.baslik;
    say(document.getElementById("state").textContent.replace(/\s+/g, " "));
  };

  const look = async () => {
    const shown = live.firstElementChild;
    if (shown.dataset.bitti === "1") return;
    if (!document.hidden) {
      try {
        const answer = await fetch(live.dataset.adres, { credentials: "same-origin", cache: "no-store" });
        if (answer.redirected || !answer.ok) return location.reload(); // signed out meanwhile: the page says it
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-surum]");
        if (fresh.dataset.surum !== shown.dataset.surum) swap(document.adoptNode(fresh));
        live.classList.remove("gone");
      } catch {
        live.classList.add("gone"); // no connection: the next look may have one
      }
    }
    setTimeout(look, EVERY);
  };

  reveal(document);
  if (live) {
    wind();
    setInterval(tick, 1000);
    setTimeout(look, EVERY);
  }
})();

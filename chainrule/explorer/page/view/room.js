// How much room there is, and the sizes that suit it. Figures are larger on a screen of the
// explorer's own than in a notebook, and grow with A+; labels and controls do not grow with it.

const NARROW = 480; // a phone
const BESIDE = 1400; // in a notebook, from here on the panels stand beside the picture
const SCREEN = 900; // alone, from here on all that matters is on the screen without scrolling
const SIDE = 0.37; // of the width
const PLANE = 0.34; // of the width, where it stands beside the picture

// What is measured, which makes the browser lay out the page: done when sizes change, and not when
// numbers do.
export function measured(root, bar) {
  const full = document.fullscreenElement === root;
  const style = getComputedStyle(root);
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  return {
    alone: full || root.closest(".chainrule-alone, [data-voila]") !== null,
    inside: root.clientWidth ? root.clientWidth - padding : 880,
    height: full ? root.clientHeight : window.innerHeight,
    bar: bar.offsetHeight,
  };
}

// `plane` says that one stands beside the picture, where it is wide enough for both and the figures
// are not to be larger; `all`, that all is to be on the screen, which the figures may not fit.
export function roomOf({ alone, inside, height, bar }, scale, { plane = false, all = true } = {}) {
  const narrow = inside < NARROW;
  const base = alone ? Math.min(30, Math.max(15, 0.027 * height)) : 14;
  const screen = all && alone && inside >= SCREEN;
  const beside = !screen && inside >= BESIDE && scale <= 1;
  const main = Math.floor(beside ? inside * (1 - SIDE) - 16 : inside);
  const aside = plane && main >= SCREEN && scale <= 1 ? Math.round(Math.min(PLANE * main, 0.62 * height)) : 0;
  const width = main - (aside && aside + 12);
  const text = screen ? Math.min(17, Math.max(14, 0.0155 * height)) : narrow ? 13 : 14;
  const label = narrow ? 10.5 : Math.max(11.5, Math.min(17, 0.62 * base));
  const figure = base * scale;
  // What stands around the picture: toolbar, legend, the formula in one line.
  const formula = Math.min(1.2 * figure, 0.04 * height);
  const around = bar + 6.8 * text + 1.95 * formula;
  const room = { width, height: Math.round(height - around), figure, label, scrolls: !screen };
  return { picture: room, beside, narrow, screen, text, line: main - 24, formula, aside };
}

// The boxes in which one searches for a row take their name from the label of the field that they stand for.
"use strict";

const nameSearchBoxes = () => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const label = field.labels[0];
    for (const box of field.parentElement.querySelectorAll('[role="combobox"], .select2-selection__rendered')) {
      if (label) box.setAttribute("aria-label", label.textContent.trim());
      if (box.getAttribute("role") === "combobox") box.removeAttribute("aria-labelledby");
    }
  }
};
// After the queue in which the boxes are made.
window.addEventListener("load", () => window.django?.jQuery && django.jQuery(nameSearchBoxes));

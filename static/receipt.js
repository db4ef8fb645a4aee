// A receipt that was given out for printing: the printer comes by itself, once all of it is there.
"use strict";

addEventListener("load", () => print());

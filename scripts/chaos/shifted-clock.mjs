// Preload: the wall clock of this process and of its Node children is off by what the file DM_CHAOS_CLOCK says now
// (milliseconds). The monotonic clock goes on as it should, as when somebody sets the time of a machine.
import { readFileSync } from 'node:fs';

const file = process.env.DM_CHAOS_CLOCK;
const TrueDate = Date;
const trueNow = Date.now;

function shift() {
  return Number(readFileSync(file, 'utf8'));
}

class ShiftedDate extends TrueDate {
  constructor(...args) {
    if (args.length === 0) super(ShiftedDate.now());
    else super(...args);
  }

  static now() {
    return trueNow.call(TrueDate) + shift();
  }
}

if (file) globalThis.Date = ShiftedDate;

// The time of the story: it runs, stands, and goes where it is told to. Nothing here knows of pictures.

/** A clock over `durationSecs`; with `loops` it begins again at the end, else it stops there. */
export class Clock {
  constructor(durationSecs, loops) {
    this.durationSecs = durationSecs;
    this.loops = loops;
    this.secs = 0;
    this.isPlaying = false;
  }

  /** Let `passedSecs` pass where it runs; whether it is still running afterwards. */
  advance(passedSecs) {
    if (!this.isPlaying) return false;
    const secs = this.secs + passedSecs;
    if (secs < this.durationSecs) this.secs = secs;
    else if (this.loops) this.secs = secs % this.durationSecs;
    else this.seek(this.durationSecs);
    return this.isPlaying;
  }

  /** Run, from the beginning where it stood at the end. A story without duration never runs. */
  play() {
    if (this.secs >= this.durationSecs) this.secs = 0;
    this.isPlaying = this.durationSecs > 0;
  }

  pause() {
    this.isPlaying = false;
  }

  /** Stand at a moment, the nearest that the story has. */
  seek(secs) {
    this.isPlaying = false;
    this.secs = Math.min(Math.max(secs, 0), this.durationSecs);
  }
}

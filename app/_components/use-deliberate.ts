"use client";

import { useCallback, useEffect, useRef, useState } from "react";

const settleMilliseconds = 500;

/**
 * Another site can lure a visitor into a double click and bring this window under the pointer for the second
 * one. So what is pressed in the moment after it came to the front does not count, and says so.
 */
export function useDeliberate(): { warned: boolean; check: () => boolean } {
  const frontSince = useRef(0);
  const [warned, setWarned] = useState(false);
  useEffect(() => {
    const note = () => {
      frontSince.current = performance.now();
    };
    note();
    window.addEventListener("focus", note);
    document.addEventListener("visibilitychange", note);
    return () => {
      window.removeEventListener("focus", note);
      document.removeEventListener("visibilitychange", note);
    };
  }, []);
  const check = useCallback(() => {
    const settled = performance.now() - frontSince.current >= settleMilliseconds;
    setWarned(!settled);
    return settled;
  }, []);
  return { warned, check };
}

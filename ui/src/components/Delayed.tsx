import { type ReactNode, useEffect, useState } from "react";

const PATIENCE_MS = 300;

/** Nothing at first, then its children: what is fast enough never flashes a skeleton. */
export function Delayed({ children }: { children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return due ? children : null;
}

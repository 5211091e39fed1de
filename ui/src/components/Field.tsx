import { type ReactNode, useId } from "react";

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

interface Props {
  label: string;
  hint?: string;
  error?: string | undefined;
  children(wiring: Wiring): ReactNode;
}

/** A labelled control with its hint and its error, wired for assistive technology. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": note ? `${id}-note` : undefined, "aria-invalid": error !== undefined })}
      {note ? (
        <p id={`${id}-note`} className={error ? "mt-1 text-small text-red" : "mt-1 text-small text-muted"}>
          {note}
        </p>
      ) : null}
    </div>
  );
}

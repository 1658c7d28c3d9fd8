// The colours of the style sheet as a canvas takes them; they change with `tidings:colours` and with the device's scheme.

/** The colour of a token, such as `accent` or `neutral-5`, as it is now. */
export const colourOf = (token: string): string => {
  const probe = document.createElement('i');
  probe.hidden = true;
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

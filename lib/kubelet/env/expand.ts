/**
 * Replaces `$(NAME)` by the variable's value. `$$` stands for a dollar sign, so `$$(NAME)` stays `$(NAME)`; what names no
 * known variable is left as it is.
 */
export function expand(text: string, variables: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) =>
    after === '$' ? '$' : (variables(name ?? '') ?? whole),
  );
}

package ai.laconic.cli.command;

import ai.laconic.runtime.verify.PromptResult;
import ai.laconic.runtime.verify.SpanResult;
import ai.laconic.runtime.verify.Tolerance;
import ai.laconic.runtime.verify.Verification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what a verification found; the last line says whether it passed. */
final class VerificationTable {
  private final Output output;

  VerificationTable(Output output) {
    this.output = output;
  }

  static Map<String, Object> json(Verification found) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("passed", found.passed());
    json.put("compared", found.golden());
    json.put("model", found.model());
    json.put("fingerprint", found.fingerprint());
    json.put("tolerance", found.tolerance());
    json.put("tensors", found.tensors());
    json.put("values", found.values());
    json.put("spans", found.spans());
    json.put("prompts", found.prompts());
    json.put("tokens", found.tokens());
    json.put("equalTokens", found.equalTokens());
    json.put("bytesRead", found.bytesRead());
    json.put("seconds", found.took().toNanos() / 1e9);
    return json;
  }

  void print(Verification found) {
    spans(found);
    prompts(found);
    output.line(
        "%s tensors with %s numbers, all finite; read %s in %s",
        Units.count(found.tensors()),
        Units.count(found.values()),
        Units.bytes(found.bytesRead()),
        Units.seconds(found.took()));
    if (!found.golden()) {
      output.line(
          "no golden.json: layout, weights, tokenizers, one window and an answer were tried");
      output.line("PASSED, nothing was compared: %s", found.model());
      return;
    }
    output.line(
        "%s: %s, %d of %d spans and %d of %d prompts pass, %d of %d tokens equal",
        found.passed() ? "PASSED" : "FAILED",
        found.model(),
        found.spans().stream().filter(SpanResult::passed).count(),
        found.spans().size(),
        found.prompts().stream().filter(PromptResult::passed).count(),
        found.prompts().size(),
        found.equalTokens(),
        found.tokens());
  }

  private void spans(Verification found) {
    if (found.spans().isEmpty()) {
      return;
    }
    Tolerance tolerance = found.tolerance();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "SPAN",
            "IDS",
            "LATENTS",
            (tolerance.relative() ? "RELATIVE ERROR" : "LARGEST DIFFERENCE")
                + " <= "
                + number(tolerance.latents()),
            "",
            "TEXT"));
    for (SpanResult span : found.spans()) {
      rows.add(
          List.of(
              String.valueOf(rows.size()),
              ids(span.ids(), span.idsEqual()),
              Units.count(span.latents()),
              number(span.difference()),
              span.passed() ? "ok" : "FAILED",
              span.text()));
    }
    output.table(rows);
    output.line("");
  }

  private void prompts(Verification found) {
    if (found.prompts().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PROMPT", "IDS", "TOKENS EQUAL", "", "TEXT"));
    for (PromptResult prompt : found.prompts()) {
      rows.add(
          List.of(
              String.valueOf(rows.size()),
              ids(prompt.positions(), prompt.idsEqual()),
              tokens(prompt),
              prompt.passed() ? "ok" : "FAILED",
              prompt.text()));
    }
    output.table(rows);
    output.line("");
  }

  private static String ids(int count, boolean equal) {
    return Units.count(count) + (equal ? " equal" : " DIFFERENT");
  }

  private static String tokens(PromptResult prompt) {
    String text = prompt.equal() + " of " + prompt.tokens();
    if (prompt.ties() > 0) {
      text += ", " + prompt.ties() + " ties";
    }
    return prompt.firstDifference() < 0
        ? text
        : text + ", first other at " + (prompt.firstDifference() + 1);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }
}

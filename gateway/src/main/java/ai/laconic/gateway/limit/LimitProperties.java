package ai.laconic.gateway.limit;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of the gateway.
 *
 * @param maxContextText longest source text of one context
 * @param textInFlight source text that all uploads hold together; beyond it they are read no
 *     further
 * @param spanText longest span that a text is cut into
 * @param spansInFlight spans of one call that are encoded at once; an upload is read no further
 * @param contextsPerPrompt different contexts in one prompt
 * @param expandedText raw text that expanded segments put into one prompt
 * @param heldManifests memory for manifests of contexts that were read, which needn't be sent again
 */
public record LimitProperties(
    @DefaultValue("64MB") DataSize maxContextText,
    @DefaultValue("512MB") DataSize textInFlight,
    @DefaultValue("256KB") DataSize spanText,
    @DefaultValue("4") int spansInFlight,
    @DefaultValue("64") int contextsPerPrompt,
    @DefaultValue("8MB") DataSize expandedText,
    @DefaultValue("64MB") DataSize heldManifests) {
  /** What an encoder takes in one span, see EncodeSpanRequest. */
  private static final DataSize SPAN_LIMIT = DataSize.ofMegabytes(1);

  private static final DataSize LEAST_SPAN = DataSize.ofBytes(16);

  public LimitProperties {
    positive("max-context-text", maxContextText.toBytes());
    positive("spans-in-flight", spansInFlight);
    positive("contexts-per-prompt", contextsPerPrompt);
    positive("expanded-text", expandedText.toBytes());
    if (heldManifests.isNegative()) {
      throw new IllegalArgumentException(
          "held-manifests: " + heldManifests + " (expected: 0B or more)");
    }
    if (spanText.compareTo(LEAST_SPAN) < 0 || spanText.compareTo(SPAN_LIMIT) >= 0) {
      throw new IllegalArgumentException(
          "span-text: " + spanText + " (expected: at least 16B and less than 1MB)");
    }
    if (textInFlight.toBytes() < 2 * maxContextText.toBytes()) {
      throw new IllegalArgumentException(
          "text-in-flight: "
              + textInFlight
              + " (expected: at least twice max-context-text, "
              + maxContextText
              + ")");
    }
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}

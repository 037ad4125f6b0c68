package ai.laconic.runtime.latent;

import java.util.regex.Pattern;

/**
 * Which requests may share latents: by default those of one tenant. Part of every latent ID, so
 * that nobody learns from a hit that somebody else has the same text.
 *
 * @param value 1 to 128 visible ASCII characters
 */
public record SharingDomain(String value) {
  private static final Pattern VALID = Pattern.compile("[!-~]{1,128}");

  public SharingDomain {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "sharing domain: \"" + value + "\" (expected: 1 to 128 visible ASCII characters)");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

package ai.laconic.cli.standalone;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Where a system keeps contexts and latents. */
public sealed interface Storage {
  /** Bytes of a secret that is made here. */
  int SECRET_BYTES = 32;

  /** Returns the settings of the cache. */
  Map<String, Object> cacheSettings();

  /**
   * Returns the secret with which IDs of private latents are keyed; empty if whoever shares the
   * storage has to agree on one.
   */
  Optional<String> sharingSecret() throws IOException;

  /** In this process, gone with it. */
  record Memory() implements Storage {
    @Override
    public Map<String, Object> cacheSettings() {
      return Map.of();
    }

    @Override
    public Optional<String> sharingSecret() {
      return Optional.of(secret());
    }
  }

  /**
   * In a directory of this machine, there again at the next start.
   *
   * @param path created if it is missing
   */
  record Directory(Path path) implements Storage {
    private static final String SECRET_FILE = "sharing-secret";

    public Directory {
      requireNonNull(path, "path");
    }

    @Override
    public Map<String, Object> cacheSettings() {
      return Map.of(
          "laconic.cache.blocks.store",
          "disk",
          "laconic.cache.contexts.store",
          "disk",
          "laconic.cache.directory",
          path.toString());
    }

    /** The IDs of what lies here depend on it, so it lies here too. */
    @Override
    public Optional<String> sharingSecret() throws IOException {
      Path file = path.resolve(SECRET_FILE);
      if (!Files.exists(file)) {
        write(file, secret());
      }
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new IllegalArgumentException(
            file + ": empty (expected: a secret of 16 characters or more, or no file)");
      }
      return Optional.of(secret);
    }

    /** Whole or not at all, and for nobody else to read at any moment. */
    private static void write(Path file, String secret) throws IOException {
      Path begun = Files.createTempFile(file.getParent(), SECRET_FILE, ".new");
      try {
        Files.writeString(begun, secret + "\n", StandardOpenOption.SYNC);
        Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(begun);
      }
    }
  }

  /**
   * In Redis, which others may share.
   *
   * @param uri as Lettuce reads it; may hold a password
   */
  record Redis(String uri) implements Storage {
    public Redis {
      requireNonNull(uri, "uri");
    }

    @Override
    public Map<String, Object> cacheSettings() {
      return Map.of(
          "laconic.cache.blocks.store",
          "redis",
          "laconic.cache.contexts.store",
          "redis",
          "laconic.cache.redis.uri",
          uri);
    }

    @Override
    public Optional<String> sharingSecret() {
      return Optional.empty();
    }

    /** Shows no password. */
    @Override
    public String toString() {
      return "Redis[uri=(not shown)]";
    }
  }

  private static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

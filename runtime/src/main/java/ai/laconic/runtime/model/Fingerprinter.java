package ai.laconic.runtime.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Digests a set of files: SHA-256 over each file's name, size and own SHA-256, in the order of the
 * names. Files are read in parallel, each through one small buffer, whatever their size.
 */
final class Fingerprinter {
  /** Keeps these digests apart from any other use of the same bytes. */
  private static final byte[] DOMAIN = "laconic model 1\n".getBytes(StandardCharsets.UTF_8);

  private static final int BUFFER_BYTES = 1 << 18;

  private Fingerprinter() {}

  /**
   * Returns the fingerprint of the files.
   *
   * @param files paths by the name that enters the digest, so that moving a directory changes
   *     nothing
   * @throws UncheckedIOException if a file can't be read
   */
  static ModelFingerprint of(Map<String, Path> files) {
    List<byte[]> entries =
        List.copyOf(new TreeMap<>(files).entrySet()).parallelStream()
            .map(file -> entry(file.getKey(), file.getValue()))
            .toList();
    MessageDigest whole = sha256();
    whole.update(DOMAIN);
    entries.forEach(whole::update);
    return ModelFingerprint.of(whole.digest());
  }

  /** Returns the name's length and the name, the size, and the digest of the content. */
  private static byte[] entry(String name, Path path) {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = 0;
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        size += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + utf8.length + Long.BYTES + ModelFingerprint.BYTES)
        .putInt(utf8.length)
        .put(utf8)
        .putLong(size)
        .put(digest.digest())
        .array();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}

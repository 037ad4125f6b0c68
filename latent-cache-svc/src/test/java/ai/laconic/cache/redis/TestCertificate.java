package ai.laconic.cache.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

/** A certificate for this machine that nobody knows but who was given it, made anew by the JDK. */
final class TestCertificate {
  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "redis";

  private final Path certificate;
  private final Path key;
  private final KeyStore trusted;

  private TestCertificate(Path certificate, Path key, KeyStore trusted) {
    this.certificate = certificate;
    this.key = key;
    this.trusted = trusted;
  }

  static TestCertificate make(Path directory)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "RSA",
                    "-dname",
                    "CN=redis",
                    "-ext",
                    "SAN=IP:" + RedisProcess.HOST,
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString()))
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool: exit " + keytool.exitValue());
    }
    KeyStore made = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, made.getCertificate(ALIAS));
    return new TestCertificate(
        pem(directory.resolve("cert.pem"), "CERTIFICATE", made.getCertificate(ALIAS).getEncoded()),
        pem(
            directory.resolve("key.pem"),
            "PRIVATE KEY",
            made.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()),
        trusted);
  }

  private static Path pem(Path file, String kind, byte[] encoded) throws IOException {
    String lines = Base64.getMimeEncoder().encodeToString(encoded);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
  }

  Path certificate() {
    return certificate;
  }

  Path key() {
    return key;
  }

  /** Returns what a client needs to trust it. */
  SslBundle trust() {
    return SslBundle.of(SslStoreBundle.of(null, null, trusted));
  }
}

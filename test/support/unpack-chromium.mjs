import chromium from '@sparticuz/chromium';

/** Unpacks the Chromium that npm brought into TMPDIR and prints the path of its program. */
process.stdout.write(await chromium.executablePath());

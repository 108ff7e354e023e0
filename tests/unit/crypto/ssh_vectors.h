/*
 * ssh_vectors.h -- SSH keys and stanzas for them: keys by OpenSSH 9.2 (ssh-keygen), stanzas by age 1.1.1,
 * the file keys checked by the headers' MACs. The keys are for this test alone.
 */
#ifndef TESTS_SSH_VECTORS_H
#define TESTS_SSH_VECTORS_H

#define PASSPHRASE "correct horse"

static const char ed25519_openssh[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACDR74NLNbXkhY/0uCi/YNS00D34B9fmBOmKljZumRo/qAAAAJD66g6P+uoO\n"
    "jwAAAAtzc2gtZWQyNTUxOQAAACDR74NLNbXkhY/0uCi/YNS00D34B9fmBOmKljZumRo/qA\n"
    "AAAEBDZEhvgmAuxwqUwRk1v2E4AzZvWnFXhIC8tpu9mgUly9Hvg0s1teSFj/S4KL9g1LTQ\n"
    "PfgH1+YE6YqWNm6ZGj+oAAAACHRlc3Qga2V5AQIDBAU=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

static const char ed25519_locked[] = // with PASSPHRASE
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDTy3vd8G\n"
    "zhUr9eJOw8sWSnAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAINHvg0s1teSFj/S4\n"
    "KL9g1LTQPfgH1+YE6YqWNm6ZGj+oAAAAkMYLX40FismsVv0oP7gdGSwz4NoWQ1ykGliW8J\n"
    "NmyMsp0zK8u9fWR5H0fV+TVEJ4+pwMB4/iVqKAjBnidgGNk96PCYH3t2797kfUnUQcsMmA\n"
    "YvVf6+dDRoCLodo1BefYYYAWkSDGrVQxrqdlY3d3LGpANfajd+pO/4kDlVvgs+hl2fbLPN\n"
    "ashDgmfMB6Gal/gg==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

static const char rsa_openssh[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABFwAAAAdzc2gtcn\n"
    "NhAAAAAwEAAQAAAQEA2V6FzarTcRVhbgb2SK9JvIjb0pAV2f28+Ylg2kkZjAJMFtQRofLL\n"
    "BSs+JdnnlnYXyIHxU9bvcVEIKjxNtXuvK+PzpYOj1sstksdHasBhx+Gj+wYdtdd3c2uoTf\n"
    "l8rYM/Vo46pUijIiGVXK0EbFmYCiAf9hcu4tMJVBcw7yqlPDSjZiekZJ9loJS/gO2yt4ld\n"
    "+v5KZRaS5vau+n7fCU6tk1AYnWB6bYtbLPL65JcsQnVvIdkuXNcnfkHnCjOOyC0IbFYHPI\n"
    "YIkY5M3JM4/IKnKkvXSf3ehf9Bws/dRjpbGamf1/rgoqP/q+QYXgU0Lr+mJjDi2KOSpheq\n"
    "y029X3Kg+QAAA8BSnESUUpxElAAAAAdzc2gtcnNhAAABAQDZXoXNqtNxFWFuBvZIr0m8iN\n"
    "vSkBXZ/bz5iWDaSRmMAkwW1BGh8ssFKz4l2eeWdhfIgfFT1u9xUQgqPE21e68r4/Olg6PW\n"
    "yy2Sx0dqwGHH4aP7Bh2113dza6hN+Xytgz9WjjqlSKMiIZVcrQRsWZgKIB/2Fy7i0wlUFz\n"
    "DvKqU8NKNmJ6Rkn2WglL+A7bK3iV36/kplFpLm9q76ft8JTq2TUBidYHpti1ss8vrklyxC\n"
    "dW8h2S5c1yd+QecKM47ILQhsVgc8hgiRjkzckzj8gqcqS9dJ/d6F/0HCz91GOlsZqZ/X+u\n"
    "Cio/+r5BheBTQuv6YmMOLYo5KmF6rLTb1fcqD5AAAAAwEAAQAAAQBq08X9oG0+/8t8yAYl\n"
    "DaS2+CnUr4RVuJq1ppsHXHKmOQDNHVc3GLxHI4vtDU0ASLSCkb4ZPqI5tiHFpBJq1UjvUJ\n"
    "3PI8WTDBKvNqn2IGtN0SqGdWiHlEe73VZ/T9RC8CRiNQ9EaNDntsqRm+R3HYcXvtcGWjls\n"
    "N1w3zBf8CqDfV3VwMhuslMIqHiC7QUyYJ4/WSwnKCgGcBrCT043MFYATBy2MeJXG1PCMhK\n"
    "9vqv7W/x02stqysLSMkwEygPukpFfURrXcci63dRlFM4r4J4NRpIpnDBSEb80+wfjcpAv4\n"
    "ku96dhszFBP7NJRbYuyuNvM9uzMDfH/vU0j1hEXh/Qx7AAAAgQCKY3yAd23PQyYooYlBWV\n"
    "9ojWl+HKfdZVOz77GJNFHeWdghrqx/y4leLsyurJ/mXCmHUONi+1JSI4KGu4lbWSr2Y3b5\n"
    "BNCANaZfCLoEHerHiMNWObHssD/M7QNC6m3rWzqJ71i0q1FWr5mKF0WgxcRDmzgJ8SgpCc\n"
    "Mrs6AZij6L0AAAAIEA7fdVNbS0u7P67yABi+uC01/WN/xJVN/s5C0U8JrfMMm1akbK/HdZ\n"
    "3G5KcdFEIxlzjsvcomWMgfGBcmmgglojIdESn+XOgN+SUD8ZnYDSVwkOwkvZ2kaj0oVkMY\n"
    "V/s+aALS50D+ps3497u9mWGEiNGMGMnt/+mLNCYqzso9m54rcAAACBAOnXmVRYZTw0QGvw\n"
    "HwZ40opSM2zfEJcdYdyN+mKa94sve37ezKKAEr+WLBk9x8BRoIVduTrs97aPjJNPrhdXfF\n"
    "jrs+7xI28G4G2zLdoBlqLy7/ndYuDkyenJ+Zz0047WbkyC+SAOo1T45wshwjoU2TTxqMk9\n"
    "z0cCBDWtKcHQ0ynPAAAACHRlc3Qga2V5AQI=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

static const char rsa_pkcs8[] = // the same key
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDZXoXNqtNxFWFu\n"
    "BvZIr0m8iNvSkBXZ/bz5iWDaSRmMAkwW1BGh8ssFKz4l2eeWdhfIgfFT1u9xUQgq\n"
    "PE21e68r4/Olg6PWyy2Sx0dqwGHH4aP7Bh2113dza6hN+Xytgz9WjjqlSKMiIZVc\n"
    "rQRsWZgKIB/2Fy7i0wlUFzDvKqU8NKNmJ6Rkn2WglL+A7bK3iV36/kplFpLm9q76\n"
    "ft8JTq2TUBidYHpti1ss8vrklyxCdW8h2S5c1yd+QecKM47ILQhsVgc8hgiRjkzc\n"
    "kzj8gqcqS9dJ/d6F/0HCz91GOlsZqZ/X+uCio/+r5BheBTQuv6YmMOLYo5KmF6rL\n"
    "Tb1fcqD5AgMBAAECggEAatPF/aBtPv/LfMgGJQ2ktvgp1K+EVbiataabB1xypjkA\n"
    "zR1XNxi8RyOL7Q1NAEi0gpG+GT6iObYhxaQSatVI71CdzyPFkwwSrzap9iBrTdEq\n"
    "hnVoh5RHu91Wf0/UQvAkYjUPRGjQ57bKkZvkdx2HF77XBlo5bDdcN8wX/Aqg31d1\n"
    "cDIbrJTCKh4gu0FMmCeP1ksJygoBnAawk9ONzBWAEwctjHiVxtTwjISvb6r+1v8d\n"
    "NrLasrC0jJMBMoD7pKRX1Ea13HIut3UZRTOK+CeDUaSKZwwUhG/NPsH43KQL+JLv\n"
    "enYbMxQT+zSUW2LsrjbzPbszA3x/71NI9YRF4f0MewKBgQDt91U1tLS7s/rvIAGL\n"
    "64LTX9Y3/ElU3+zkLRTwmt8wybVqRsr8d1ncbkpx0UQjGXOOy9yiZYyB8YFyaaCC\n"
    "WiMh0RKf5c6A35JQPxmdgNJXCQ7CS9naRqPShWQxhX+z5oAtLnQP6mzfj3u72ZYY\n"
    "SI0YwYye3/6Ys0JirOyj2bnitwKBgQDp15lUWGU8NEBr8B8GeNKKUjNs3xCXHWHc\n"
    "jfpimveLL3t+3syigBK/liwZPcfAUaCFXbk67Pe2j4yTT64XV3xY67Pu8SNvBuBt\n"
    "sy3aAZai8u/53WLg5Mnpyfmc9NOO1m5MgvkgDqNU+OcLIcI6FNk08ajJPc9HAgQ1\n"
    "rSnB0NMpzwKBgQC+XB6z6ayygtV3uLjD/1AWWxH4kz7uQHs2RMH9f0aPtqwDKkJz\n"
    "F96wsSGoTukc0t1YG8iRuH5f7JvKtKiL3iNAiAlIFAPPoAlhXDjXgBfDPCGsWBUb\n"
    "wWqHm+F8o/h2Jyvd+M0rdjJF3Hf026hwIImOhjZBWZpG+Q9f9EkRAbjrnQKBgGdf\n"
    "9FyhJz/SKZiN8mk+CHU1mZ5Ljl3/kz+ZVFM7Bqv1NbcEb5p229LuZFhUQ3X1n+zV\n"
    "Xgl6sJd4JkEJPID9H+9/Y3ACEhQHCjf0uhRiF2G52/SttgSNn+VGcJ6+bLf8e44/\n"
    "aDqPvgzWa+0z41Uh2lPZcTBlrrhJX+sKvib8Vh1pAoGBAIpjfIB3bc9DJiihiUFZ\n"
    "X2iNaX4cp91lU7PvsYk0Ud5Z2CGurH/LiV4uzK6sn+ZcKYdQ42L7UlIjgoa7iVtZ\n"
    "KvZjdvkE0IA1pl8IugQd6seIw1Y5seywP8ztA0LqbetbOonvWLSrUVavmYoXRaDF\n"
    "xEObOAnxKCkJwyuzoBmKPovQ\n"
    "-----END PRIVATE KEY-----\n";

static const char ecdsa_openssh[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQQzh88164i4CFmPDDzoat9JazOzUUzM\n"
    "Xk6s8MjeBYnWbAgF2syRz0CpmP3hM9M08iuNSGjn487P0IXfVNitRjUTAAAAqLnWVfa51l\n"
    "X2AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDOHzzXriLgIWY8M\n"
    "POhq30lrM7NRTMxeTqzwyN4FidZsCAXazJHPQKmY/eEz0zTyK41IaOfjzs/Qhd9U2K1GNR\n"
    "MAAAAhAPfGjKWHuxZ77g20BWKukHQFyoxssiNCwpqpYPzNnrmoAAAACHRlc3Qga2V5AQID\n"
    "BAUGBw==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

static const struct {
    const char *name, *key, *tag, *share, *body, *file_key;
} stanzas[] = {
    { "ssh-ed25519", ed25519_openssh, "df6c80f8",
      "47eb5ad7df42c39ae91e520205d326274e3e950cc3f36426970b014f65e1a317",
      "17583dd6c47d94037c0ee8827518582c4837ec3a054c9fd663f9fad378b301a6",
      "58c90e4343c3d2a37c22917a87c958f6" },
    { "ssh-rsa", rsa_openssh, "8220ec7c", "",
      "1c52f37fc5e71ebbd9e83a3a09761c7bee7c1f58726f112498a447685548f1651a0462c54fd57ae5d10c4395"
      "3c5374603833743d0636a60538f891faf8228948dac4d00f032c22d57f03901e0d0a76b347052794d3308df8"
      "0785441310f7d533465a860851cecad19e762b421d31907cd3570ab6774dbfe3cd282bb063284e04c2ba9377"
      "21bfd2f5605d2e73f3d04f550def1179de78e21d1d9c2bc58c914df1840cc05f3f2da2c4e0446769310d2095"
      "64528029bafc26b47fe5ac7338a6a16eb49eaeaa6a222b2e1814591b2cfb8e873f3e147c296ef355aef8c4d8"
      "0a585c11d7969542231aea359303daea4275df1f805b9906aacddb8c9e062f4e618007a2",
      "3867f176d1604f134935ffc8301f8465" },
    { "ssh-rsa, PKCS#8", rsa_pkcs8, "8220ec7c", "",
      "1c52f37fc5e71ebbd9e83a3a09761c7bee7c1f58726f112498a447685548f1651a0462c54fd57ae5d10c4395"
      "3c5374603833743d0636a60538f891faf8228948dac4d00f032c22d57f03901e0d0a76b347052794d3308df8"
      "0785441310f7d533465a860851cecad19e762b421d31907cd3570ab6774dbfe3cd282bb063284e04c2ba9377"
      "21bfd2f5605d2e73f3d04f550def1179de78e21d1d9c2bc58c914df1840cc05f3f2da2c4e0446769310d2095"
      "64528029bafc26b47fe5ac7338a6a16eb49eaeaa6a222b2e1814591b2cfb8e873f3e147c296ef355aef8c4d8"
      "0a585c11d7969542231aea359303daea4275df1f805b9906aacddb8c9e062f4e618007a2",
      "3867f176d1604f134935ffc8301f8465" },
};

#endif
